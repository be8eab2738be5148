// The board as columns of cards: open steps of one workflow, under the step or the phase they stand in.
import type { Schemas } from '@/api/client';

export type Task = Schemas['Task'];
export type Run = Schemas['RunView'];
export type Drawn = {
  steps: { id: string; title: string; phase?: string | null; kind: string }[];
  phases: { id: string; title: string }[];
};
export type Column = { id: string; title: string; tasks: Task[] };
export type By = 'step' | 'phase';

const REST = '';

/** A definition's document, as far as a board needs it. What has no title is called by its id. */
export function drawn(document: Record<string, unknown>): Drawn {
  const list = (name: string) =>
    Array.isArray(document[name]) ? (document[name] as Record<string, unknown>[]) : [];
  const titled = (each: Record<string, unknown>) => ({
    id: String(each.id),
    title: typeof each.title === 'string' ? each.title : String(each.id),
  });
  return {
    steps: list('steps').map((step) => ({
      ...titled(step),
      kind: String(step.kind),
      phase: typeof step.phase === 'string' ? step.phase : null,
    })),
    phases: list('phases').map(titled),
  };
}

/**
 * A column for each step or phase, in the order of the document. What stands nowhere there (a step of an older version, or
 * added to one run) has a column of its own at the end, which is left out while it is empty.
 */
export function columns(tasks: readonly Task[], document: Drawn, by: By): Column[] {
  const of = by === 'step' ? (task: Task) => task.step : (task: Task) => phaseOf(document, task.step);
  const known: Column[] = (by === 'step' ? document.steps : document.phases).map(({ id, title }) => ({
    id,
    title,
    tasks: tasks.filter((task) => of(task) === id),
  }));
  const rest = tasks.filter((task) => !known.some((column) => column.id === of(task)));
  return rest.length > 0 ? [...known, { id: REST, title: '', tasks: rest }] : known;
}

export function phaseOf(document: Drawn, step: string): string {
  return document.steps.find((each) => each.id === step)?.phase ?? REST;
}

export type Way = 'complete' | 'back' | 'look';

/**
 * Where a card may be put, and what that means: forward completes its step, where that needs nothing more to be said;
 * back opens an earlier step again, which is looked at first. Everywhere else it may not go.
 */
export function ways(run: Run, step: string, document: Drawn, by: By): ReadonlyMap<string, Way> {
  const column = (id: string) => (by === 'step' ? id : phaseOf(document, id));
  const here = run.steps.find((each) => each.id === step);
  const found = new Map<string, Way>();
  if (!here) return found;
  for (const each of run.steps) {
    if (column(each.id) === column(step)) continue;
    if (each.can.includes('revise')) found.set(column(each.id), 'back');
  }
  const plain = here.kind === 'task' && here.can.includes('complete');
  const choice = here.kind === 'decision' && here.can.includes('complete');
  for (const next of run.steps.filter((each) => (each.after ?? []).includes(step)))
    if (column(next.id) !== column(step) && (plain || choice))
      found.set(column(next.id), plain ? 'complete' : 'look');
  return found;
}
