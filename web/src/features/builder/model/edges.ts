// Who waits for whom. A step left without `after` waits for the one before it in the list; where it opens its phase, for
// what the phase waits for. The same rule as the checks' (definitions/checks/edges.py).
import { isObj, type Obj, objects, type Step, stepsOf, texts } from './document';

export type Wait = { source: string; port: string | null; phase: boolean };
/** A line of the picture, from a step to a step; `wait` is what stands in the document for it. */
export type Edge = { source: string; port: string | null; target: string; wait: Wait; implied: boolean };

/** What every step can end by, besides the options of a decision. A plain edge is taken on done or skipped. */
export const PORTS = ['done', 'skipped', 'timeout', 'overdue', 'error'] as const;

export function waitFrom(text: string): Wait {
  const at = text.indexOf(':');
  const [head, tail] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  if (head === 'phase' && tail) return { source: tail, port: null, phase: true };
  return { source: head, port: tail || null, phase: false };
}

export function textOf({ source, port, phase }: Wait): string {
  if (phase) return `phase:${source}`;
  return port ? `${source}:${port}` : source;
}

export function optionsOf(step: Obj): { id: string; label: string; back?: string }[] {
  if (step.kind !== 'decision') return [];
  return objects(step.options).flatMap(({ value }) => {
    if (typeof value.id !== 'string') return [];
    const label = typeof value.label === 'string' ? value.label : value.id;
    return [{ id: value.id, label, ...(typeof value.back_to === 'string' ? { back: value.back_to } : {}) }];
  });
}

export function portsOf(step: Obj): string[] {
  return [...optionsOf(step).map((option) => option.id), ...PORTS];
}

/** What a step waits for, and whether that is written or only follows from the order of the list. */
export function waitsOf(document: Obj, id: string): { waits: Wait[]; implied: boolean } {
  const steps = stepsOf(document);
  const at = steps.findIndex((step) => step.id === id);
  const step = steps[at];
  if (!step) return { waits: [], implied: true };
  const written = step.after !== undefined && step.after !== null;
  const after = texts(step.after);
  if (after.length > 0) return { waits: after.map(waitFrom), implied: false };
  const before = steps[at - 1];
  const opens = written || !before || before.phase !== step.phase;
  const gate = opens ? gateOf(document, step) : undefined;
  if (gate) return { waits: gate, implied: true };
  if (!written && before) return { waits: [{ source: before.id, port: null, phase: false }], implied: true };
  return { waits: [], implied: !written };
}

function gateOf(document: Obj, step: Step): Wait[] | undefined {
  const phase = objects(document.phases).find(({ value }) => value.id === step.phase)?.value;
  return phase && phase.after !== undefined && phase.after !== null
    ? texts(phase.after).map(waitFrom)
    : undefined;
}

/** Every edge between two steps; what waits for a phase is drawn from each of its last steps. */
export function edgesOf(document: Obj): Edge[] {
  const steps = stepsOf(document);
  return steps.flatMap((step) => {
    const { waits, implied } = waitsOf(document, step.id);
    return waits.flatMap((wait) => {
      const sources = wait.phase ? lastOf(document, wait.source) : [wait.source];
      return sources.map((source) => ({ source, port: wait.port, target: step.id, wait, implied }));
    });
  });
}

/** The steps of a phase that no other step of it waits for. */
function lastOf(document: Obj, phase: string): string[] {
  const members = stepsOf(document).filter((step) => step.phase === phase);
  const waited = new Set(
    members.flatMap((step) =>
      waitsOf(document, step.id).waits.map((wait) => (wait.phase ? '' : wait.source)),
    ),
  );
  return members.map((step) => step.id).filter((id) => !waited.has(id));
}

/** Whether `target` is `source` or comes after it: an edge back to it would close a circle. */
export function comesAfter(document: Obj, target: string, source: string): boolean {
  const edges = edgesOf(document);
  const seen = new Set([source]);
  for (let found = [source]; found.length > 0;) {
    found = edges
      .filter((edge) => found.includes(edge.source) && !seen.has(edge.target))
      .map((edge) => edge.target);
    for (const each of found) seen.add(each);
  }
  return seen.has(target);
}

/** Options that lead back, as edges of the picture. */
export function backEdges(document: Obj): { source: string; port: string; target: string }[] {
  return stepsOf(document).flatMap((step) =>
    optionsOf(step).flatMap((option) =>
      option.back ? [{ source: step.id, port: option.id, target: option.back }] : [],
    ),
  );
}

export function phasesOf(document: Obj): { id: string; title: string }[] {
  return objects(document.phases).flatMap(({ value }) =>
    isObj(value) && typeof value.id === 'string'
      ? [{ id: value.id, title: typeof value.title === 'string' ? value.title : value.id }]
      : [],
  );
}
