// The filters of a work list as they stand in the address, and as the API is asked for them.
export type Filters = Record<string, string>;

export const PRESETS: { id: string; filters: Filters }[] = [
  { id: 'mine', filters: { assignee: 'me' } },
  { id: 'team', filters: { team: 'mine' } },
  { id: 'overdue', filters: { overdue: 'true' } },
  { id: 'all', filters: {} },
];

const ASKED = [
  'assignee',
  'team',
  'status',
  'definition',
  'overdue',
  'manual',
  'current_only',
  'q',
  'sort',
] as const;

/** What the API is asked: known filters that say something, `team: mine` as the caller's own teams. */
export function query(filters: Filters, teams: string[]): Record<string, string> {
  const known = ASKED.filter((name) => filters[name]).map((name) => [name, filters[name] as string]);
  const found = Object.fromEntries(known) as Record<string, string>;
  if (found.team === 'mine') found.team = teams.join(',');
  return { sort: 'due', ...found };
}

/** Which preset the filters are; none where somebody narrowed them further. */
export function preset(filters: Filters): string | undefined {
  const own = Object.entries(filters).filter(([name, value]) => value && name !== 'task' && name !== 'sort');
  return PRESETS.find(
    ({ filters: wanted }) =>
      own.length === Object.keys(wanted).length && own.every(([name, value]) => wanted[name] === value),
  )?.id;
}

/** The task to select once this one is gone from the list: the one that takes its place, else the one before. */
export function nextOf<T>(list: T[], gone: T): T | undefined {
  const place = list.indexOf(gone);
  return list[place + 1] ?? list[place - 1];
}
