// What a builder does to a definition. Each is a function from one document to the next; the same for the list, the
// graph and the keys, so that they cannot do different things.
import {
  type Json,
  type Obj,
  placeOf,
  type Step,
  stepOf,
  stepsOf,
  withMember,
  withStep,
  withSteps,
} from './document';
import { comesAfter, textOf, type Wait, waitsOf } from './edges';
import { freeId } from './fresh';

/** Puts steps behind the one named, at the front without one. A step that waited for it by order now waits for them. */
export function addSteps(document: Obj, steps: Step[], behind?: string): Obj {
  const at = behind === undefined ? 0 : placeOf(document, behind) + 1;
  const phase = behind === undefined ? undefined : stepOf(document, behind)?.phase;
  const known = steps.map((step) =>
    phase !== undefined && step.phase === undefined ? ({ ...step, phase } as Step) : step,
  );
  return withSteps(document, (all) => all.toSpliced(at, 0, ...known));
}

/** Takes a step out. Whoever waited for it plainly waits for what it waited for; what hung on a port of it is cut. */
export function removeStep(document: Obj, id: string): Obj {
  const own = waitsOf(document, id).waits.map(textOf);
  const rest = withSteps(document, (all) => all.filter((each) => (each as Obj | null)?.id !== id));
  return stepsOf(document).reduce((now, step) => {
    if (step.id === id) return now;
    const { waits, implied } = waitsOf(document, step.id);
    if (!waits.some((wait) => !wait.phase && wait.source === id)) return now;
    // Order said it, and order says it again, where one goes in line.
    if (implied && sameWaits(waitsOf(rest, step.id).waits.map(textOf), own)) return now;
    const bridged = waits.flatMap((wait) =>
      wait.phase || wait.source !== id ? [textOf(wait)] : wait.port ? [] : own,
    );
    return withAfter(now, step.id, bridged);
  }, rest);
}

function sameWaits(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}

/** To another place of the list, at most to its ends. Edges that are written stay; those of order follow it. */
export function moveStep(document: Obj, id: string, by: number): Obj {
  const at = placeOf(document, id);
  return withSteps(document, (all) => {
    const to = Math.min(Math.max(at + by, 0), all.length - 1);
    const moved = all[at];
    return at < 0 || to === at || moved === undefined ? all : all.toSpliced(at, 1).toSpliced(to, 0, moved);
  });
}

/** A copy under an id of its own, right behind. */
export function copyStep(document: Obj, id: string): { document: Obj; id: string } {
  const step = stepOf(document, id);
  if (!step) return { document, id };
  const own = freeId(document, step.id);
  const { after: _, ...rest } = step;
  return { document: addSteps(document, [{ ...rest, id: own } as Step], id), id: own };
}

export function setAfter(document: Obj, id: string, after: string[] | undefined): Obj {
  return after === undefined
    ? withStep(document, id, (step) => withMember(step, 'after', undefined))
    : withAfter(document, id, after);
}

function withAfter(document: Obj, id: string, after: string[]): Obj {
  const each = [...new Set(after)];
  const written: Json = each.length === 1 ? (each[0] as string) : each;
  return withStep(document, id, (step) => withMember(step, 'after', written));
}

/** Draws an edge. Nothing changes where it is there already, or would close a circle. */
export function connect(document: Obj, source: string, port: string | null, target: string): Obj {
  if (comesAfter(document, source, target)) return document;
  const { waits, implied } = waitsOf(document, target);
  const text = textOf({ source, port, phase: false });
  const all = waits.map(textOf);
  if (all.includes(text)) return implied ? setAfter(document, target, all) : document;
  // An edge by a port stands for the plain one of the same step that only followed from the order.
  const kept = implied ? waits.filter((wait) => wait.phase || wait.source !== source) : waits;
  return withAfter(document, target, [...kept.map(textOf), text]);
}

/** Cuts an edge. A step that waits for nothing any more says so: without `after` it would wait for the one before it. */
export function disconnect(document: Obj, wait: Wait, target: string): Obj {
  const text = textOf(wait);
  const rest = waitsOf(document, target).waits.map(textOf);
  return withAfter(
    document,
    target,
    rest.filter((each) => each !== text),
  );
}
