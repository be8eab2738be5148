// What was loaded last, kept on this device, so that without a connection a person sees the runs at hand: who is signed
// in, their lists, their runs with the forms of the steps to come. It belongs to one person and goes when they sign out.
import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';
import { clear, createStore, get, set } from 'idb-keyval';
import { setCsrf } from '@/api/client';

const store = createStore('holdfast-kept', 'queries');
const KEY = 'last';
const PAUSE = 1_500;
const DAYS = 7 * 86_400_000;
const MOST = 600;
const KINDS = new Set(['session', 'tasks', 'run', 'collections', 'collection', 'rows', 'row', 'workflows']);
/** Parts of a run that are looked at, not worked with. */
const ASIDE = new Set(['events', 'links', 'why', 'revise-preview']);

type Session = { user: { id: string } | null; csrf: string };
export type Kept = { key: QueryKey; data: unknown; at: number };

/** Whether it is one of those a person works with. */
export function isWorth(key: QueryKey): boolean {
  return KINDS.has(String(key[0])) && !ASIDE.has(String(key[2]));
}

/** Of a step as it was at several moments of its run, only the newest. `key` of a step ends in that moment. */
export function newest(found: readonly Kept[]): Kept[] {
  const best = new Map<string, Kept>();
  for (const each of found) {
    const name = JSON.stringify(each.key[2] === 'step' ? each.key.slice(0, 4) : each.key);
    const other = best.get(name);
    if (!other || other.at <= each.at) best.set(name, each);
  }
  return [...best.values()].toSorted((one, other) => other.at - one.at).slice(0, MOST);
}

/** What is worth keeping of everything that is known now. */
export function picked(queries: readonly Query[], now: number): Kept[] {
  const found = queries
    .filter((query) => query.state.data !== undefined && isWorth(query.queryKey))
    .map((query) => ({ key: query.queryKey, data: query.state.data, at: query.state.dataUpdatedAt }));
  return newest(found.filter((each) => now - each.at < DAYS));
}

/** Puts back what was kept on this device. */
export async function restore(client: QueryClient): Promise<void> {
  for (const kind of KINDS) client.setQueryDefaults([kind], { gcTime: DAYS });
  putBack(client, (await get<Kept[]>(KEY, store).catch(() => undefined)) ?? []);
  const session = client.getQueryData<Session>(['session']);
  if (session?.csrf) setCsrf(session.csrf);
}

/**
 * What is newer by now stays. However young it is, who shows it asks for it anew: a page that was just left may have
 * changed it since, and the task claimed there would wait here as "1 new task".
 */
export function putBack(client: QueryClient, kept: readonly Kept[]): void {
  for (const { key, data, at } of kept) {
    if (client.getQueryData(key) !== undefined) continue;
    client.setQueryData(key, data, { updatedAt: at });
    void client.invalidateQueries({ queryKey: key, exact: true, refetchType: 'none' });
  }
}

/** Keeps it from now on. Nobody signed in: nothing is kept. */
export function keepUp(client: QueryClient): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = async () => {
    timer = undefined;
    const session = client.getQueryData<Session>(['session']);
    if (session && !session.user) await clear(store);
    else if (session) await set(KEY, picked(client.getQueryCache().getAll(), Date.now()), store);
  };
  client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success' || !isWorth(event.query.queryKey)) return;
    timer ??= setTimeout(() => void save().catch(() => undefined), PAUSE);
  });
}

/** The newest that is known of a step, whatever moment of its run it is of. */
export function lastOf<T>(client: QueryClient, run: string, step: string): T | undefined {
  const found = client.getQueriesData<T>({ queryKey: ['run', run, 'step', step] });
  const seq = (key: QueryKey) => Number(key[4] ?? 0);
  return found.filter(([, data]) => data !== undefined).toSorted(([a], [b]) => seq(b) - seq(a))[0]?.[1];
}
