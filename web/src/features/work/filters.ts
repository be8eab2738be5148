// The filters of a work list as they stand in the address, and as the API is asked for them.
import { type Filters, kept } from '@/ui/saved';

export type { Filters };

/** `show` says that everything is meant, where the list would open with a saved view. It filters nothing. */
export const PRESETS: { id: 'mine' | 'team' | 'overdue' | 'all'; filters: Filters }[] = [
  { id: 'mine', filters: { assignee: 'me' } },
  { id: 'team', filters: { team: 'mine' } },
  { id: 'overdue', filters: { overdue: 'true' } },
  { id: 'all', filters: { show: 'all' } },
];

export const KNOWN = [
  'assignee',
  'team',
  'status',
  'definition',
  'record',
  'overdue',
  'manual',
  'current_only',
  'q',
  'sort',
] as const;
/** What narrows the list further, beside the presets, the words and the order. */
export const MORE = ['assignee', 'team', 'status', 'definition', 'record', 'manual', 'current_only'] as const;
const PLACE = ['task', 'sort', 'show'];

/** What the API is asked: known filters that say something, `team: mine` as the caller's own teams. */
export function query(filters: Filters, teams: string[]): Record<string, unknown> {
  const found = kept(filters, KNOWN);
  if (filters.team === 'mine') found.team = teams;
  return { sort: 'due', ...found };
}

function own(filters: Filters): [string, string][] {
  return Object.entries(filters).filter(([name, value]) => value && !PLACE.includes(name));
}

/** Which preset the filters are; none where somebody narrowed them further. */
export function preset(filters: Filters): string | undefined {
  const given = own(filters);
  return PRESETS.find(({ filters: wanted }) => {
    const says = own(wanted);
    return given.length === says.length && given.every(([name, value]) => wanted[name] === value);
  })?.id;
}

/** How many filters there are that no button shows. */
export function hidden(filters: Filters): number {
  const shown = PRESETS.find(({ id }) => id === preset(filters))?.filters ?? {};
  return MORE.filter((name) => filters[name] && !shown[name]).length;
}

/** The task to select once this one is gone from the list: the one that takes its place, else the one before. */
export function nextOf<T>(list: T[], gone: T): T | undefined {
  const place = list.indexOf(gone);
  return list[place + 1] ?? list[place - 1];
}
