// The ways in which somebody can be told of something.
import type { Schemas } from '@/api/client';

export type Settings = Schemas['Notifications'];
export type Line = Settings['kinds'][number];

export const WAYS = ['in_app', 'email', 'digest'] as const;
export type Way = (typeof WAYS)[number];

/** A line with one way changed. What is sent at once is not sent once more in the mail of the day, and the reverse. */
export function with_(line: Line, way: Way, wanted: boolean): Line {
  const changed = { ...line, [way]: wanted };
  if (wanted && way === 'email') changed.digest = false;
  if (wanted && way === 'digest') changed.email = false;
  return changed;
}
