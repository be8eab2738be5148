// What was given on this device and has not arrived yet, in the order it was given. Each carries an id of its own, so
// that sending it twice is doing it once. A run's commands go out one after the other: one that was refused holds back
// what was given after it, until the person has changed it or given it up. Other runs do not wait for it.

export type Refusal = {
  code: string;
  message: string;
  errors: ReadonlyArray<{ path: string; code: string; message: string; hint?: string }>;
};
export type Body = { id: string; type: string; step?: string; occurred_at?: string } & Record<
  string,
  unknown
>;
export type Item = {
  user: string;
  run: string;
  name: string;
  title: string;
  body: Body;
  state: 'waiting' | 'sending' | 'refused';
  refusal?: Refusal;
};
export type Queue = readonly Item[];

/** What ends a step, as far as this device can tell. */
const ENDING = new Set(['complete', 'skip', 'handle_manually']);
/** Commands that mean the same whenever they arrive; anything else needs to be seen first. */
const KEPT = new Set([...ENDING, 'start', 'hold', 'release', 'note']);

export function canWait(type: string): boolean {
  return KEPT.has(type);
}

export function ends(item: Item): boolean {
  return ENDING.has(item.body.type);
}

function sameEnd(one: Item, other: Item): boolean {
  return one.run === other.run && one.body.step === other.body.step && ends(one) && ends(other);
}

/**
 * One more at the end. What is there already stays as it is; another answer to a step takes the place of the one that
 * has not left yet, and is ignored where that one is on its way.
 */
export function add(queue: Queue, item: Item): Queue {
  if (queue.some((each) => each.body.id === item.body.id)) return queue;
  const place = queue.findIndex((each) => sameEnd(each, item));
  if (place < 0) return [...queue, item];
  return queue[place]?.state === 'sending' ? queue : queue.with(place, item);
}

/** The one to send now: the first of its run, given by this person, and not refused. */
export function next(queue: Queue, user: string): Item | undefined {
  return queue.find(
    (item, place) =>
      item.state !== 'refused' &&
      item.user === user &&
      !queue.slice(0, place).some((before) => before.run === item.run),
  );
}

/** Whether it cannot leave before something else was looked at. */
export function isBehind(queue: Queue, item: Item): boolean {
  const place = queue.indexOf(item);
  return queue.slice(0, place).some((before) => before.run === item.run && before.state === 'refused');
}

export function sending(queue: Queue, id: string): Queue {
  return changed(queue, id, (item) => plain(item, 'sending'));
}

export function waiting(queue: Queue, id: string): Queue {
  return changed(queue, id, (item) => plain(item, 'waiting'));
}

export function refused(queue: Queue, id: string, refusal: Refusal): Queue {
  return changed(queue, id, (item) => ({ ...item, state: 'refused', refusal }));
}

/**
 * The same answer once more, under a new id, since the API remembers what it said to the old one.
 */
export function again(queue: Queue, id: string, fresh: string): Queue {
  return changed(queue, id, (item) => ({ ...plain(item, 'waiting'), body: { ...item.body, id: fresh } }));
}

export function without(queue: Queue, id: string): Queue {
  return queue.filter((item) => item.body.id !== id);
}

/** After a reload: what was on its way may or may not have arrived, and is sent again under its id. */
export function revived(queue: Queue): Queue {
  return queue.map((item) => (item.state === 'sending' ? plain(item, 'waiting') : item));
}

function plain(item: Item, state: 'waiting' | 'sending'): Item {
  const { refusal: _before, ...rest } = item;
  return { ...rest, state };
}

function changed(queue: Queue, id: string, change: (item: Item) => Item): Queue {
  return queue.map((item) => (item.body.id === id ? change(item) : item));
}
