// Undo and redo. What is typed in one go at one place is one change.
import type { Obj } from './document';

export type History = { past: Obj[]; now: Obj; future: Obj[]; mark: string | null };

const KEPT = 200;

export function begun(now: Obj): History {
  return { past: [], now, future: [], mark: null };
}

/** The next document. `mark` names what is being typed at: the same mark again adds to the change before. */
export function changed(history: History, next: Obj, mark: string | null = null): History {
  if (next === history.now) return history;
  const goesOn = mark !== null && mark === history.mark;
  const past = goesOn ? history.past : [...history.past.slice(-KEPT), history.now];
  return { past, now: next, future: [], mark };
}

export function undone(history: History): History {
  const before = history.past.at(-1);
  if (!before) return history;
  return {
    past: history.past.slice(0, -1),
    now: before,
    future: [history.now, ...history.future],
    mark: null,
  };
}

export function redone(history: History): History {
  const [next, ...future] = history.future;
  return next ? { past: [...history.past, history.now], now: next, future, mark: null } : history;
}
