// What could be meant: names that the installation or the document knows, for keys that refer to something.
import { useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';
import { useCollections, useShape } from '@/ui/collections';
import { useDefinitionChoices } from '@/ui/definitions';
import { type Place, useBuilding } from '../context';
import { useActions } from '../hooks';
import { isObj, type Obj, objects, stepsOf, valueAt } from '../model/document';
import { optionsOf, phasesOf } from '../model/edges';

const LONG = 300_000;
type Ids = { items: { id: string }[] };

/** The ids of a list of the API, asked for once; none where one may not see them. */
function useIds(wanted: boolean, name: string, ask: () => Promise<Ids>): string[] {
  const found = useQuery({
    queryKey: ['ids', name],
    enabled: wanted,
    staleTime: LONG,
    retry: false,
    queryFn: async () => (await ask()).items.map((each) => each.id),
  });
  return found.data ?? [];
}

const COLLECTIONS = new Set(['collection', 'record']);
const COLUMNS = new Set(['fields', 'set', 'where', 'bind']);
const INBOXES = new Set(['inbox', 'goto_inbox', 'fallback_inbox']);

export function useSuggested(key: string, place: Place): string[] {
  const { document } = useBuilding();
  const step = stepAround(document, place);
  const roles = useIds(key === 'roles', 'roles', () => sent(api.GET('/v1/roles')));
  const teams = useIds(key === 'teams', 'teams', () => sent(api.GET('/v1/teams')));
  const users = useIds(key === 'users' || key === 'as', 'users', () => sent(api.GET('/v1/users')));
  const partners = useIds(key === 'partners', 'partners', () => sent(api.GET('/v1/partners')));
  const inboxes = useIds(INBOXES.has(key), 'inboxes', () => sent(api.GET('/v1/inboxes')));
  const servers = useIds(key === 'server', 'mcp-servers', () => sent(api.GET('/v1/mcp-servers')));
  const collections = useCollections(COLLECTIONS.has(key)).data ?? [];
  const definitions = useDefinitionChoices().map((each) => each.value);
  const shape = useShape(COLUMNS.has(key) || key === 'relation' ? collectionOf(document, step) : undefined);
  const actions = useActions();
  const lists: Record<string, string[]> = { roles, teams, users, as: users, partners, server: servers };
  if (lists[key]) return lists[key];
  if (INBOXES.has(key)) return inboxes;
  if (COLLECTIONS.has(key)) return collections;
  if (COLUMNS.has(key)) return keysOf(shape.data?.fields);
  switch (key) {
    case 'relation':
      return keysOf(shape.data?.relations);
    case 'action':
      return (actions.data ?? []).map((each) => each.name);
    case 'with':
      return inputsOf(actions.data ?? [], valueAt(document, [...place, 'action']));
    case 'definition':
      return definitions;
    case 'phase':
      return phasesOf(document).map((phase) => phase.id);
    case 'sees':
    case 'back_to':
    case 'step':
      return stepsOf(document).map((each) => each.id);
    case 'otherwise':
      return step ? optionsOf(step).map((option) => option.id) : [];
    default:
      return [];
  }
}

function stepAround(document: Obj, place: Place): Obj | undefined {
  const [head, at] = place;
  const found = head === 'steps' ? valueAt(document, ['steps', Number(at)]) : undefined;
  return isObj(found) ? found : undefined;
}

function collectionOf(document: Obj, step: Obj | undefined): string | undefined {
  const own = step?.collection ?? document.record;
  return typeof own === 'string' ? own : undefined;
}

/** Names out of a map by name, or a list of maps with names. */
function keysOf(found: unknown): string[] {
  if (Array.isArray(found))
    return objects(found).flatMap(({ value }) => (typeof value.name === 'string' ? [value.name] : []));
  return isObj(found) ? Object.keys(found) : [];
}

function inputsOf(actions: { name: string; input: unknown }[], action: unknown): string[] {
  const input = actions.find((each) => each.name === action)?.input;
  return isObj(input) && isObj(input.properties) ? Object.keys(input.properties) : [];
}
