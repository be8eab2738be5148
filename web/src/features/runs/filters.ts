// The filters of the list of runs, as they stand in the address and as the API is asked for them.
import { type Filters, kept } from '@/ui/saved';

export type { Filters };

export const KNOWN = [
  'status',
  'definition',
  'record',
  'assignee',
  'team',
  'holder',
  'label',
  'attention',
  'started_after',
  'q',
  'sort',
] as const;
/** Filters that stand behind a button. */
export const MORE = ['record', 'assignee', 'team', 'holder', 'label', 'started_after'] as const;

/** What the API is asked. A day in the address is the instant it begins on this device. */
export function query(filters: Filters): Record<string, unknown> {
  const found = kept(filters, KNOWN);
  if (typeof found.started_after === 'string') found.started_after = instant(found.started_after);
  return found;
}

/** What a saved view keeps: the same, with instants, since another device may be elsewhere. */
export function instant(day: string): string {
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T00:00:00` : day);
  return Number.isNaN(at.getTime()) ? day : at.toISOString();
}

/** What narrows the list now, in its order; the order of the list narrows nothing. */
export function given(filters: Filters): [string, string][] {
  return KNOWN.filter((name) => filters[name] && name !== 'sort').map((name) => [
    name,
    filters[name] as string,
  ]);
}

export function hidden(filters: Filters): number {
  return MORE.filter((name) => filters[name]).length;
}
