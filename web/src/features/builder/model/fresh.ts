// New steps: of a kind, from a snippet, or copied, each under an id that nobody has.
import { isObj, type Obj, type Step, stepsOf } from './document';
import { renameStep } from './rename';

/** The id, or the first of `id_2`, `id_3`, … that no step has. */
export function freeId(document: Obj, wanted: string, also: string[] = []): string {
  const taken = new Set([...stepsOf(document).map((step) => step.id), ...also]);
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/_\d+$/, '').slice(0, 58);
  for (let number = 2; ; number += 1) {
    const name = `${stem}_${number}`;
    if (!taken.has(name)) return name;
  }
}

/** An id as the language wants one, from what somebody called a thing. */
export function idFrom(title: string, fallback: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 63);
  return plain || fallback;
}

const NUMBERED = /^(field|option|automation|journey|phase|column)_\d+$/;

/** What a thing in a list shall be named in references, once somebody called it something; undefined: as it is. */
export function idForItem(item: Obj, siblings: unknown[]): string | undefined {
  const called = item.label ?? item.title;
  if (typeof item.id !== 'string' || typeof called !== 'string' || !NUMBERED.test(item.id)) return undefined;
  const wanted = idFrom(called, item.id);
  return siblings.some((each) => isObj(each) && each.id === wanted) ? undefined : wanted;
}

/** The same of a step that is still named by its kind alone. */
export function idForStep(document: Obj, step: Step, kindTitle: string): string | undefined {
  const first = [idFrom(kindTitle, step.kind), step.kind, 'begin'];
  if (typeof step.title !== 'string' || !first.includes(step.id.replace(/_\d+$/, ''))) return undefined;
  const wanted = idFrom(step.title, step.id);
  return wanted === step.id ? undefined : freeId(document, wanted);
}

/** What a kind cannot do without, so that a new step has few findings. */
const BEGIN: Record<string, Obj> = {
  decision: { options: [{ id: 'yes' }, { id: 'no' }] },
  get_data: { fields: [] },
  load_related: { relation: '' },
  update_data: { set: {} },
  action: { action: '', with: {} },
  mcp: { server: '' },
  ai: { instruction: '', output: [] },
  journey: { fields: [] },
  wait: { for: '1 day' },
  workflow: { definition: '' },
  escalate: { inbox: '' },
};

export function newStep(document: Obj, kind: string, title: string): Step {
  const id = freeId(document, idFrom(title, kind));
  return { id, kind, title, ...structuredClone(BEGIN[kind] ?? {}) } as Step;
}

/** The steps of a snippet under ids that are free; what they say of each other follows. */
export function fromSnippet(document: Obj, steps: unknown[]): Step[] {
  let part: Obj = { steps: structuredClone(steps.filter(isObj)) };
  for (const { id } of stepsOf(part)) {
    const others = stepsOf(part).map((step) => step.id);
    const own = freeId(
      document,
      id,
      others.filter((other) => other !== id),
    );
    if (own !== id) part = renameStep(part, id, own);
  }
  return stepsOf(part);
}
