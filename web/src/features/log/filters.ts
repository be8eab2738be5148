// Which lines of the activity log: as the address says it, and as the API is asked.
import { type Filters, kept } from '@/ui/saved';

export type { Filters };

export const KNOWN = ['user', 'team', 'action', 'type', 'record', 'run', 'after', 'before'] as const;

/** A day in the address is an instant for the API: the one at which it begins here, for `before` the one it ends at. */
export function query(filters: Filters): Record<string, unknown> {
  const found = kept(filters, KNOWN);
  if (typeof found.after === 'string') found.after = instant(found.after, 0);
  if (typeof found.before === 'string') found.before = instant(found.before, 1);
  return found;
}

function instant(day: string, days: number): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return day;
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + days);
  return at.toISOString();
}

/** Where the same lines are to be had as a file. */
export function fileOf(kind: 'csv' | 'jsonl', filters: Filters): string {
  const asked = new URLSearchParams(query(filters) as Record<string, string>);
  return `/v1/activity-log.${kind}${asked.size > 0 ? `?${asked}` : ''}`;
}

/** How many filters hold. */
export function count(filters: Filters): number {
  return KNOWN.filter((name) => filters[name]).length;
}
