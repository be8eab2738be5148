// The history of a run as one reads it: which events are of interest by themselves, and what each says besides.
import type { Schemas } from '@/api/client';

export type Happened = Schemas['EventView'];

/** What machines do on the way: said where everything is wanted. */
const QUIET = new Set([
  'record_read',
  'step_ready',
  'effect_requested',
  'proposal_requested',
  'step_succeeded',
  'side_queued',
  'side_requested',
  'run_waiting',
]);
/** Members of an event that are words for people, the most telling first. */
const WORDS = ['reason', 'text', 'message', 'explanation', 'option'];

/** The newest first; without `everything` what people did and what came of it. */
export function shown(events: readonly Happened[], everything: boolean): Happened[] {
  return events.filter((event) => everything || !QUIET.has(event.type)).toReversed();
}

/** What the event says besides its kind: why, what was written, chosen, or went wrong. */
export function told(event: Happened): string {
  const data = (event.data ?? {}) as Record<string, unknown>;
  const words = WORDS.map((name) => data[name]).filter((word) => typeof word === 'string' && word !== '');
  const lists = [data.choices, data.reasons, assigned(data)].filter(Array.isArray).flat() as unknown[];
  const due = event.type === 'due_changed' && typeof data.due === 'string' ? [data.due] : [];
  return [...lists.map(String), ...due, ...(words as string[])].join(' · ');
}

function assigned(data: Record<string, unknown>): string[] | undefined {
  const found = data.assignees as Record<string, string[]> | undefined;
  return found ? Object.values(found).flat() : undefined;
}
