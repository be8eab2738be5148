// A definition as the builder holds it: the document as plain JSON, read leniently and never normalised. What the
// builder does not know it keeps: every change copies what is around it, key by key, and touches nothing else.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Obj = { [key: string]: Json };
export type Step = Obj & { id: string; kind: string };

export function isObj(value: unknown): value is Obj {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of a list that are maps, with their place in it. */
export function objects(value: Json | undefined): { at: number; value: Obj }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each, at) => (isObj(each) ? [{ at, value: each }] : []));
}

/** The steps that can be shown: a step without an id is mended as YAML. */
export function stepsOf(document: Obj): Step[] {
  return objects(document.steps).flatMap(({ value }) =>
    typeof value.id === 'string' && typeof value.kind === 'string' ? [value as Step] : [],
  );
}

export function stepOf(document: Obj, id: string): Step | undefined {
  return stepsOf(document).find((step) => step.id === id);
}

/** Where a step stands in `steps`; -1 where it does not. */
export function placeOf(document: Obj, id: string): number {
  return Array.isArray(document.steps)
    ? document.steps.findIndex((each) => isObj(each) && each.id === id)
    : -1;
}

export function titleOf(step: Obj): string {
  return typeof step.title === 'string' && step.title ? step.title : String(step.id);
}

export function texts(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

/** A map with one member set, in its place; undefined takes it out. */
export function withMember(map: Obj, key: string, value: Json | undefined): Obj {
  if (value !== undefined) return { ...map, [key]: value };
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

export function withSteps(document: Obj, change: (steps: Json[]) => Json[]): Obj {
  return { ...document, steps: change(Array.isArray(document.steps) ? document.steps : []) };
}

export function withStep(document: Obj, id: string, change: (step: Step) => Obj): Obj {
  return withSteps(document, (steps) =>
    steps.map((each) => (isObj(each) && each.id === id ? change(each as Step) : each)),
  );
}

type Place = (string | number)[];

/** The parts of a JSON pointer. */
export function placeFrom(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerOf(place: Place): string {
  return place.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The value at a place; undefined where there is none. */
export function valueAt(value: Json | undefined, place: Place): Json | undefined {
  return place.reduce<Json | undefined>((found, part) => {
    if (Array.isArray(found)) return found[Number(part)];
    return isObj(found) ? found[part] : undefined;
  }, value);
}

/** The value with what stands at a place set; undefined takes it out. Maps on the way are made. */
export function withValueAt(value: Json | undefined, place: Place, next: Json | undefined): Json | undefined {
  const [head, ...rest] = place;
  if (head === undefined) return next;
  if (Array.isArray(value)) {
    const at = Number(head);
    const inner = withValueAt(value[at], rest, next);
    return inner === undefined ? value.filter((_, index) => index !== at) : value.with(at, inner);
  }
  const map = isObj(value) ? value : {};
  return withMember(map, String(head), withValueAt(map[head], rest, next));
}

/** The same with the members of maps in any order. */
export function same(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, at) => same(each, other[at]));
  if (!isObj(one) || !isObj(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => key in other && same(one[key], other[key]))
  );
}
