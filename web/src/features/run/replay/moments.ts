// The run as a row of moments: which of its events one stops at, how long nothing happened between two of them, and
// what one of them says in full.
import { type Happened, shown } from '../happened';

/** Seconds after which a pause is worth a word. */
export const IDLE = 600;

export type Moment = { event: Happened; idle: number };

/** In the order in which they happened; `idle` are the seconds since the one before, 0 where that is not worth a word. */
export function moments(events: readonly Happened[], everything: boolean): Moment[] {
  const list = shown(events, everything).toReversed();
  return list.map((event, index) => {
    const before = list[index - 1];
    const passed = before ? (Date.parse(event.at) - Date.parse(before.at)) / 1000 : 0;
    return { event, idle: passed >= IDLE ? passed : 0 };
  });
}

/** The place of the moment to stand at for `at`: the last one that is not after it. */
export function placeOf(list: readonly Moment[], at: number | undefined): number {
  if (at === undefined) return 0;
  const found = list.findLastIndex((moment) => moment.event.seq <= at);
  return Math.max(0, found);
}

const VALUES = ['output', 'values', 'input', 'fields', 'inputs', 'before'] as const;

/** What an event holds as values by name, each group under the name of its member. */
export function valuesOf(event: Happened): { name: string; values: Record<string, unknown> }[] {
  const data = (event.data ?? {}) as Record<string, unknown>;
  return VALUES.flatMap((name) => {
    const values = data[name];
    const plain = typeof values === 'object' && values !== null && !Array.isArray(values);
    return plain && Object.keys(values).length > 0
      ? [{ name, values: values as Record<string, unknown> }]
      : [];
  });
}

/** The names of what a person changed of a proposal; the last thing proposed for that round stands before it. */
export function changedBy(
  event: Happened,
  events: readonly Happened[],
): { name: string; from: unknown; to: unknown }[] {
  if (event.type !== 'proposal_confirmed') return [];
  const data = event.data as { values?: Record<string, unknown>; changed?: string[] };
  const proposed = events.findLast(
    (each) => each.seq < event.seq && each.type === 'proposed' && each.execution === event.execution,
  );
  const values = (proposed?.data as { values?: Record<string, unknown> } | undefined)?.values ?? {};
  return (data.changed ?? []).map((name) => ({ name, from: values[name], to: data.values?.[name] }));
}
