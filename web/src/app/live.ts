// What happens is told by the server as it happens, so that a page need not ask all the time. A message only says that
// something changed: what is on the screen and concerned is asked for anew the usual way. While nothing is told (no
// connection, a page that nobody looks at) pages ask by themselves as often as ever.
import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

export type Told =
  | { event: 'run'; id: string; seq: number }
  | { event: 'task'; run: string; step: string; change: string }
  | { event: 'reset' };

/** How much more rarely a page asks by itself while it is told. */
const RARELY = 8;
/** Milliseconds in which what is told is asked for together, so that a busy team asks no more than a quiet one. */
const TOGETHER = 1_000;

let live = false;
let followed: string | undefined;

/** How long to wait until one asks by oneself again: for a list, or for a run, of which only one is followed. */
export function pace(milliseconds: number, run?: string): number {
  return live && (run === undefined || run === followed) ? milliseconds * RARELY : milliseconds;
}

/** Whether what is kept under a key may not be what the server would say now. */
export function concerned(told: Told, key: QueryKey, kept: unknown): boolean {
  const [first, second, third] = key;
  if (told.event === 'reset') return first !== 'session';
  if (told.event === 'task') {
    if (first === 'notices') return told.change === 'added';
    if (first === 'head') return second === 'tasks';
    // Loaded pages stay as they are: their first one (`head`) says what is new.
    return first === 'tasks' && typeof second === 'string';
  }
  if (first !== 'run' || second !== told.id) return false;
  const seq = third === undefined ? (kept as { seq?: number } | undefined)?.seq : undefined;
  return seq === undefined || seq < told.seq;
}

/** Collects what is told and has all of it asked for at once. */
export function gatherer(client: QueryClient, wait = TOGETHER) {
  let told: Told[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = () => {
    const all = told;
    told = [];
    timer = undefined;
    void client.invalidateQueries({
      predicate: ({ queryKey, state }) => all.some((each) => concerned(each, queryKey, state.data)),
    });
  };
  return {
    hear(message: Told) {
      told.push(message);
      // A run that somebody looks at is not kept waiting for what else may come.
      if (message.event === 'run') {
        clearTimeout(timer);
        ask();
      } else timer ??= setTimeout(ask, wait);
    },
    stop: () => clearTimeout(timer),
  };
}

/** The address of what one looks at: one's own work, and the run that is open. */
export function addressOf(run: string | undefined): string {
  return `/v1/stream?tasks=me${run ? `&run=${encodeURIComponent(run)}` : ''}`;
}

type Source = Pick<EventSource, 'addEventListener' | 'close' | 'readyState'>;

/** Listens until the function it gives is called. A connection that was refused for good is tried again later. */
export function listen(
  client: QueryClient,
  run: string | undefined,
  open = (at: string): Source => new EventSource(at),
) {
  const { hear, stop } = gatherer(client);
  followed = run;
  let source: Source | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let missed = false;
  const lost = () => {
    live = false;
    missed = true;
    // The browser comes back by itself, unless it was told that there is nothing to come back to.
    if (source?.readyState === 2) again ??= setTimeout(begin, 30_000);
  };
  const begin = () => {
    again = undefined;
    source = open(addressOf(run));
    source.addEventListener('open', () => {
      live = true;
    });
    source.addEventListener('error', lost);
    for (const event of ['run', 'task', 'reset'] as const)
      source.addEventListener(event, (message) =>
        hear({ ...(JSON.parse((message as MessageEvent<string>).data) as object), event } as Told),
      );
  };
  const look = () => {
    if (document.hidden) {
      source?.close();
      source = undefined;
      lost();
    } else if (!source) {
      begin();
      // What happened meanwhile was told to nobody.
      if (missed) hear({ event: 'reset' });
    }
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    clearTimeout(again);
    stop();
    source?.close();
    live = false;
  };
}

/** Has what is on the screen kept up to date, for as long as somebody is signed in. */
export function useLive(user: string | undefined, run: string | undefined) {
  const client = useQueryClient();
  useEffect(() => {
    if (!user || typeof EventSource === 'undefined') return;
    return listen(client, run);
  }, [client, user, run]);
}
