// Findings at their places: of one value, of a step with all that is in it, of the workflow itself.
import { type Obj, placeFrom, stepsOf, valueAt } from './document';

type Found = { path: string; code: string; message: string; hint: string };

export function at<F extends Found>(findings: F[], pointer: string): F[] {
  return findings.filter((each) => each.path === pointer);
}

export function within<F extends Found>(findings: F[], pointer: string): F[] {
  return findings.filter((each) => each.path === pointer || each.path.startsWith(`${pointer}/`));
}

/** The id of the step that a finding is in; undefined where it is about the workflow. */
export function stepAt(document: Obj, pointer: string): string | undefined {
  const [head, index] = placeFrom(pointer);
  if (head !== 'steps' || index === undefined) return undefined;
  const id = valueAt(document, ['steps', index, 'id']);
  return typeof id === 'string' ? id : undefined;
}

/** How many are in each step, by id. */
export function counted(document: Obj, findings: Found[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const each of findings) {
    const id = stepAt(document, each.path);
    if (id) found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}

/** Where in words: the step's title and the key, `Approve the refund · options · 0 · when`. */
export function told(document: Obj, pointer: string): string {
  const [head, , ...rest] = placeFrom(pointer);
  const id = stepAt(document, pointer);
  if (id === undefined) return placeFrom(pointer).join(' · ');
  const step = stepsOf(document).find((each) => each.id === id);
  const title = typeof step?.title === 'string' ? step.title : id;
  return [head === 'steps' ? title : id, ...rest].join(' · ');
}
