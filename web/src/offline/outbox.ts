// The queue as it is kept: in the device's own database, the same for every tab, and in memory for who draws it.
import { createStore, get, update } from 'idb-keyval';
import { useSyncExternalStore } from 'react';
import { type Queue, revived } from './queue';

const store = createStore('holdfast-outbox', 'queue');
const KEY = 'queue';
const others = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('holdfast-outbox');
const listeners = new Set<() => void>();
let held: Queue = [];

others?.addEventListener('message', () => void get<Queue>(KEY, store).then((found) => hold(found ?? [])));

export function queued(): Queue {
  return held;
}

function hold(queue: Queue): void {
  held = queue;
  for (const each of listeners) each();
}

/** Changes what is kept, one change after the other over all tabs. Throws where the device keeps nothing. */
export async function change(by: (queue: Queue) => Queue): Promise<Queue> {
  let after: Queue = held;
  await update<Queue>(KEY, (found) => (after = by(found ?? [])), store);
  hold(after);
  others?.postMessage('changed');
  return after;
}

/** What was given before this page was opened. A device that keeps nothing begins with nothing. */
export async function open(): Promise<void> {
  await change(revived).catch(() => undefined);
}

export function useQueue(): Queue {
  return useSyncExternalStore(
    (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    () => held,
  );
}
