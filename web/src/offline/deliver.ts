// From a button to the API: at once where that can be, else by way of the queue of this device.
import { api, Offline, Problem, type Schemas, sent } from '@/api/client';
import { keys, queryClient } from '@/app/queries';
import { ahead, isEarly } from './ahead';
import { dropFiles, uploaded } from './files';
import { localIn } from './names';
import { change, queued } from './outbox';
import * as model from './queue';

type Run = Schemas['RunView'];
export type Command = { type: string; step?: string; execution?: string } & Record<string, unknown>;
/** `queued`: it waits on this device; `ahead` is the run as it will then be. */
export type Told = { outcome: string; run?: Run; ahead?: Run };

const PATIENCE = 1_000;
const TRIES = 60;
/** A command that is tried again is the same command: one id, however often it is sent. */
const ids = new WeakMap<Command, string>();

/** Gives a command. Throws a Problem where it is refused, Offline where it cannot wait for a connection. */
export async function deliver(run: string, command: Command): Promise<Told> {
  const id = ids.get(command) ?? crypto.randomUUID();
  ids.set(command, id);
  const body = { id, ...command };
  const behind = queued().some((item) => item.run === run);
  if (!model.canWait(command.type)) return send(run, body);
  if (behind) return enqueue(run, body);
  try {
    return await send(run, body);
  } catch (error) {
    if (error instanceof Offline) return enqueue(run, body);
    throw error;
  }
}

async function send(run: string, given: model.Body): Promise<Told> {
  const files = localIn(given);
  const body = await uploaded(given, files);
  const call = api.POST('/v1/runs/{run}/commands', { params: { path: { run } }, body: body as never });
  const told = (await sent(call)) as Told;
  await dropFiles(files).catch(() => undefined);
  return told;
}

async function enqueue(run: string, body: model.Body): Promise<Told> {
  const view = queryClient.getQueryData<Run>(keys.run(run));
  const item: model.Item = {
    user: me() ?? '',
    run,
    name: view?.name ?? run,
    title: view?.steps.find((step) => step.id === body.step)?.title ?? body.step ?? '',
    body: { ...body, occurred_at: new Date().toISOString() },
    state: 'waiting',
  };
  const queue = await change((now) => model.add(now, item));
  void flush();
  return { outcome: 'queued', ...(view ? { ahead: ahead(view, queue) } : {}) };
}

export function me(): string | undefined {
  return queryClient.getQueryData<{ user: { id: string } | null }>(keys.session)?.user?.id;
}

let flushing = false;

/** Sends what waits, in its order, until all is sent or something stands in the way. One tab does it for all. */
export async function flush(): Promise<void> {
  if (flushing || !navigator.onLine) return;
  flushing = true;
  try {
    if (!navigator.locks) await all();
    else
      await navigator.locks.request('holdfast-outbox', { ifAvailable: true }, (lock) =>
        lock ? all() : undefined,
      );
  } finally {
    flushing = false;
  }
}

async function all(): Promise<void> {
  for (;;) {
    const item = model.next(queued(), me() ?? '');
    if (!item || !(await one(item))) return;
  }
}

/** Whether the next one may follow. */
async function one(item: model.Item): Promise<boolean> {
  const { id } = item.body;
  await change((queue) => model.sending(queue, id));
  try {
    const told = await arrived(item);
    await change((queue) => model.without(queue, id));
    if (told.run) queryClient.setQueryData(keys.run(item.run), told.run);
    void queryClient.invalidateQueries({ queryKey: keys.run(item.run) });
    void queryClient.invalidateQueries({ queryKey: ['tasks'] });
    return true;
  } catch (error) {
    if (!(error instanceof Problem) || isPassing(error)) {
      await change((queue) => model.waiting(queue, id));
      // A new session has a new token; without one somebody is asked to sign in.
      if (error instanceof Problem) void queryClient.invalidateQueries({ queryKey: keys.session });
      return false;
    }
    const { code, message, errors } = error;
    await change((queue) => model.refused(queue, id, { code, message, errors }));
    void queryClient.invalidateQueries({ queryKey: keys.run(item.run) });
    return true;
  }
}

/** What says nothing about the command itself. */
function isPassing({ status, code }: Problem): boolean {
  return status === 401 || status === 408 || status === 429 || status >= 500 || code === 'csrf_token_missing';
}

/** Sends it once its turn has come, and waits until it is known what became of it. */
async function arrived({ run, body }: model.Item): Promise<Told> {
  for (let tries = 1; ; tries += 1) {
    const view = await sent(api.GET('/v1/runs/{run}', { params: { path: { run } } }));
    if (!isEarly(view, body.step) || tries >= TRIES) {
      const told = await send(run, body);
      if (told.outcome !== 'received') return told;
      if (tries >= TRIES) throw new Offline('Holdfast has it, and has not looked at it yet.');
    }
    await new Promise((later) => setTimeout(later, PATIENCE));
  }
}

/** Tries a refused one again as it is. */
export async function tryAgain(id: string): Promise<void> {
  await change((queue) => model.again(queue, id, crypto.randomUUID()));
  await flush();
}

/** Gives one up, with its files. */
export async function discard(id: string): Promise<void> {
  const item = queued().find((each) => each.body.id === id);
  await change((queue) => model.without(queue, id));
  if (item) await dropFiles(localIn(item.body));
  void flush();
}
