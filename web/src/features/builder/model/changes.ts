// Two documents beside each other, told by step: what was added, taken out, moved or changed, and in which of its keys.
// And three: what two people made of the same one, put together where they did not touch the same thing.
import { isObj, type Json, type Obj, same, stepsOf, titleOf, withMember } from './document';

export type Member = { key: string; before: Json | undefined; after: Json | undefined };
export type Change = {
  /** The step; null for the workflow itself. */
  step: string | null;
  title: string;
  what: 'added' | 'removed' | 'changed' | 'moved';
  members: Member[];
};

/** In the order of the newer document; what was taken out comes last. */
export function changes(before: Obj, after: Obj): Change[] {
  const old = new Map(stepsOf(before).map((step) => [step.id, step]));
  const now = stepsOf(after);
  const top = members(withMember(before, 'steps', undefined), withMember(after, 'steps', undefined));
  const moved = movedIn(
    [...old.keys()],
    now.map((step) => step.id),
  );
  const found: Change[] = top.length ? [{ step: null, title: '', what: 'changed', members: top }] : [];
  for (const step of now) {
    const was = old.get(step.id);
    old.delete(step.id);
    const differ = was ? members(was, step) : members({}, step);
    if (!was) found.push({ step: step.id, title: titleOf(step), what: 'added', members: differ });
    else if (differ.length)
      found.push({ step: step.id, title: titleOf(step), what: 'changed', members: differ });
    else if (moved.has(step.id))
      found.push({ step: step.id, title: titleOf(step), what: 'moved', members: [] });
  }
  for (const step of old.values())
    found.push({ step: step.id, title: titleOf(step), what: 'removed', members: members(step, {}) });
  return found;
}

function members(before: Obj, after: Obj): Member[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => !same(before[key], after[key]))
    .map((key) => ({ key, before: before[key], after: after[key] }));
}

/** Steps that follow another one than before, of those that both have. */
function movedIn(before: string[], after: string[]): Set<string> {
  const old = before.filter((id) => after.includes(id));
  const now = after.filter((id) => before.includes(id));
  return new Set(now.filter((id, at) => now[at - 1] !== old[old.indexOf(id) - 1]));
}

export type Side = 'mine' | 'theirs';
/** Something both changed, and differently: a step by its id, or a key of the workflow. */
export type Clash = { step: string | null; key: string; mine: Json | undefined; theirs: Json | undefined };

export function clashes(base: Obj, mine: Obj, theirs: Obj): Clash[] {
  const tops = keysOf(base, mine, theirs).filter((key) => key !== 'steps');
  const top = tops.map((key) => ({ step: null, key, base: base[key], mine: mine[key], theirs: theirs[key] }));
  const ids = [...new Set([theirs, mine, base].flatMap((each) => stepsOf(each).map((step) => step.id)))];
  const steps = ids.map((id) => {
    const [was, own, other] = [base, mine, theirs].map((each) =>
      stepsOf(each).find((step) => step.id === id),
    );
    return { step: id, key: id, base: was, mine: own, theirs: other };
  });
  return [...top, ...steps]
    .filter(
      (each) => !same(each.base, each.mine) && !same(each.base, each.theirs) && !same(each.mine, each.theirs),
    )
    .map(({ step, key, mine: own, theirs: other }) => ({ step, key, mine: own, theirs: other }));
}

function keysOf(...documents: Obj[]): string[] {
  return [...new Set(documents.flatMap((each) => Object.keys(each)))];
}

/** Both put together: each's own changes, and where they clash the side chosen for it (theirs where none was). */
export function merged(base: Obj, mine: Obj, theirs: Obj, chosen: Record<string, Side>): Obj {
  const pick = <T extends Json | undefined>(name: string, was: T, own: T, other: T): T => {
    if (same(was, own)) return other;
    if (same(was, other) || same(own, other)) return own;
    return chosen[name] === 'mine' ? own : other;
  };
  const tops = keysOf(theirs, mine).filter((key) => key !== 'steps');
  const top = tops.reduce<Obj>((found, key) => {
    const value = pick(`:${key}`, base[key], mine[key], theirs[key]);
    return value === undefined ? found : { ...found, [key]: value };
  }, {});
  return { ...top, steps: mergedSteps(base, mine, theirs, pick) };
}

type Pick = <T extends Json | undefined>(name: string, was: T, own: T, other: T) => T;

/** In their order; a step that only I have goes behind the one it follows with me. */
function mergedSteps(base: Obj, mine: Obj, theirs: Obj, pick: Pick): Json[] {
  const of = (document: Obj) =>
    new Map<string, Json | undefined>(stepsOf(document).map((step) => [step.id, step]));
  const [was, own, other] = [of(base), of(mine), of(theirs)];
  const order = [...other.keys()];
  [...own.keys()].forEach((id, at, all) => {
    if (!order.includes(id)) order.splice(order.indexOf(all[at - 1] ?? '') + 1, 0, id);
  });
  return order
    .map((id) => pick(id, was.get(id), own.get(id), other.get(id)))
    .filter((step): step is Obj => isObj(step));
}
