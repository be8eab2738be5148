// What a device does on its own while somebody is signed in: it sends what waits, and on a phone it loads the runs at
// hand with the forms of their steps to come, so that they are there when the connection is not.
import { type QueryClient, onlineManager, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { api, type Schemas, sent } from '@/api/client';
import { keys } from '@/app/queries';
import { flush } from './deliver';
import { lastOf } from './kept';
import { queued, useQueue } from './outbox';

type Run = Schemas['RunView'];

// Opened without a connection, nothing changes that would tell: it is looked at once.
if (typeof navigator !== 'undefined') onlineManager.setOnline(navigator.onLine);

const AGAIN = 5_000;
const RUNS_EVERY = 60_000;
const MOST_RUNS = 20;
/** A form that was loaded this shortly ago is good enough to go on with. */
const FRESH = 120_000;

/** Whether there is a connection, as far as the device can tell. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (listen) => onlineManager.subscribe(listen),
    () => onlineManager.isOnline(),
  );
}

export function useFieldwork(user: string | undefined): void {
  const client = useQueryClient();
  const queue = useQueue();
  const online = useOnline();
  const pending = queue.some((item) => item.state !== 'refused');
  useEffect(() => {
    if (!user || !online || !pending) return;
    void flush();
    const timer = setInterval(() => void flush(), AGAIN);
    return () => clearInterval(timer);
  }, [user, online, pending]);
  useEffect(() => {
    if (!user || !online || !isInTheField()) return;
    const stopped = { now: false };
    const load = () => void atHand(client, stopped).catch(() => undefined);
    load();
    const timer = setInterval(load, RUNS_EVERY);
    const stop = follow(client, stopped);
    return () => {
      stopped.now = true;
      clearInterval(timer);
      stop();
    };
  }, [user, online, client]);
}

/** A phone, a tablet, or the console as an app of its own. */
function isInTheField(): boolean {
  return matchMedia('(pointer: coarse)').matches || matchMedia('(display-mode: standalone)').matches;
}

/** The runs of my tasks, and the forms of each. */
async function atHand(client: QueryClient, stopped: { now: boolean }): Promise<void> {
  const tasks = await sent(
    api.GET('/v1/tasks', { params: { query: { assignee: 'me', limit: 100 } as never } }),
  );
  const runs = [...new Set(tasks.items.map((task) => task.run))].slice(0, MOST_RUNS);
  for (const run of runs) {
    if (stopped.now) return;
    await client.fetchQuery({
      queryKey: keys.run(run),
      queryFn: () => sent(api.GET('/v1/runs/{run}', { params: { path: { run } } })),
      staleTime: RUNS_EVERY,
    });
  }
}

/** Every run that is loaded, for whatever reason, gets the forms of its steps to come; one call at a time. */
function follow(client: QueryClient, stopped: { now: boolean }): () => void {
  const asked: Run[] = [];
  let busy = false;
  const work = async () => {
    if (busy) return;
    busy = true;
    for (let run = asked.shift(); run && !stopped.now; run = asked.shift()) {
      await forms(client, run, stopped).catch(() => undefined);
    }
    busy = false;
  };
  const want = (data: unknown) => {
    const run = data as Run;
    if (['completed', 'aborted'].includes(run.status) || queued().some((item) => item.run === run.id)) return;
    const place = asked.findIndex((each) => each.id === run.id);
    if (place < 0) asked.push(run);
    else asked[place] = run;
    void work();
  };
  for (const [, run] of client.getQueriesData({
    queryKey: ['run'],
    predicate: ({ queryKey }) => queryKey.length === 2,
  }))
    if (run) want(run);
  return client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success') return;
    if (event.query.queryKey[0] === 'run' && event.query.queryKey.length === 2) want(event.query.state.data);
  });
}

async function forms(client: QueryClient, run: Run, stopped: { now: boolean }): Promise<void> {
  for (const { id: step, kind, status } of run.steps) {
    if (stopped.now || !['task', 'decision'].includes(kind) || !['pending', 'ready'].includes(status))
      continue;
    const known = client.getQueryCache().findAll({ queryKey: keys.step(run.id, step) });
    const youngest = Math.max(0, ...known.map((query) => query.state.dataUpdatedAt));
    if (lastOf(client, run.id, step) && Date.now() - youngest < FRESH) continue;
    await client.fetchQuery({
      queryKey: [...keys.step(run.id, step), run.seq],
      queryFn: () =>
        sent(api.GET('/v1/runs/{run}/steps/{step}', { params: { path: { run: run.id, step } } })),
    });
  }
}
