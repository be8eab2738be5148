import { Problem } from '@/api/client';

/** The run that is open on a record, where that is why a second one was not begun. */
export function openRun(error: unknown): string | undefined {
  const run = error instanceof Problem && error.code === 'run_already_open' ? error.more.run : undefined;
  return typeof run === 'string' ? run : undefined;
}
