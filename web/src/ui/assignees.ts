// Who there is to choose from: people, teams, partners. Asked for once, kept for a while.
import { useQuery } from '@tanstack/react-query';
import { api, sent } from '@/api/client';

export type Assignees = { users: string[]; teams: string[]; partners: string[] };
export type Known = { id: string; name: string };
export type Everybody = { users: Known[]; teams: Known[]; partners: Known[] };

export const NOBODY: Assignees = { users: [], teams: [], partners: [] };
const KINDS = ['users', 'teams', 'partners'] as const;

/** Kind and id in one text, as a list of choices keeps them: an id may be both a person's and a team's. */
export function packed(value: Assignees): string[] {
  return KINDS.flatMap((kind) => value[kind].map((id) => `${kind}:${id}`));
}

export function unpacked(values: readonly string[]): Assignees {
  const of = (kind: string) =>
    values.filter((each) => each.startsWith(`${kind}:`)).map((each) => each.slice(kind.length + 1));
  return { users: of('users'), teams: of('teams'), partners: of('partners') };
}

/** Groups of choices. Somebody chosen earlier who is no longer known stays choosable, so that nobody is lost unseen. */
export function choices(known: Everybody, value: Assignees) {
  return KINDS.map((kind) => {
    const missing = value[kind].filter((id) => !known[kind].some((each) => each.id === id));
    const all = [...known[kind], ...missing.map((id) => ({ id, name: id }))];
    const items = all.map((each) => ({ value: `${kind}:${each.id}`, label: each.name || each.id }));
    return { kind, items };
  }).filter((group) => group.items.length > 0);
}

/** Those who are known, as choices by name. */
export function named(known: readonly Known[] | undefined): { value: string; label: string }[] {
  return (known ?? []).map((each) => ({ value: each.id, label: each.name || each.id }));
}

export function usePeople() {
  return useQuery({
    queryKey: ['people'],
    staleTime: 300_000,
    queryFn: async (): Promise<Everybody> => {
      const query = { params: { query: { limit: 200 } } };
      const [users, teams, partners] = await Promise.all([
        sent(api.GET('/v1/users', query)),
        sent(api.GET('/v1/teams', query)),
        sent(api.GET('/v1/partners', query)),
      ]);
      return {
        users: users.items.filter((each) => each.active),
        teams: teams.items,
        partners: partners.items.filter((each) => each.active),
      };
    },
  });
}
