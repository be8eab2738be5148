// One command for many runs or steps: looked at first, then given, each judged alone. What is worked out is pure; the
// asking and sending stands below.
import type { Schemas } from '@/api/client';
import { api, Problem, sent } from '@/api/client';

export type Run = Schemas['RunView'];
/** A run, or with `step` and `execution` one round of a step, under the name people know it by. */
export type Item = { run: string; name: string; step?: string; execution?: string };
/** An open step as one gives a command to it, under its own name and that of its run. */
export function itemOf({ run, step, execution, title, run_name }: Schemas['Task']): Item {
  return { run, step, execution, name: `${title} · ${run_name}` };
}

export type Judged = {
  able: Item[];
  unable: { item: Item; why: 'moved' | 'may_not' | 'nothing' | 'gone' }[];
};
export type Result = { item: Item; outcome: 'applied' | 'received' | 'refused'; said?: string };

const AT_ONCE = 20;
const LOOKS = 6;

/** Which of them take this command now, as the runs themselves say. A run that is tried again means its steps. */
export function judged(items: Item[], views: ReadonlyMap<string, Run>, type: string): Judged {
  const found: Judged = { able: [], unable: [] };
  for (const item of items) {
    const run = views.get(item.run);
    if (!run) found.unable.push({ item, why: 'gone' });
    else if (item.step !== undefined) judgeStep(found, item, run, type);
    else if (type === 'retry') retries(found, item, run);
    else if ((run.can as string[]).includes(type)) found.able.push(item);
    else found.unable.push({ item, why: 'may_not' });
  }
  return found;
}

function judgeStep(found: Judged, item: Item, run: Run, type: string): void {
  const step = run.steps.find((each) => each.id === item.step);
  if (step?.execution !== item.execution) found.unable.push({ item, why: 'moved' });
  else if (step && (step.can as string[]).includes(type)) found.able.push(item);
  else found.unable.push({ item, why: 'may_not' });
}

function retries(found: Judged, item: Item, run: Run): void {
  const steps = run.steps.filter((step) => (step.can as string[]).includes('retry'));
  const errands = run.errands.filter((errand) => errand.step && errand.can.includes('retry'));
  const more = [
    ...steps.map((step) => ({ step: step.id, execution: step.execution, title: step.title })),
    ...errands.map((errand) => ({
      step: errand.step ?? '',
      execution: errand.execution,
      title: errand.title,
    })),
  ];
  if (more.length === 0) found.unable.push({ item, why: 'nothing' });
  for (const { title, ...place } of more)
    found.able.push({ ...item, ...place, name: `${item.name}: ${title}` });
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

export function tally(results: readonly Result[]): Record<Result['outcome'], number> {
  const of = (outcome: string) => results.filter((each) => each.outcome === outcome).length;
  return { applied: of('applied'), received: of('received'), refused: of('refused') };
}

/** Every run of the items as it stands, a few asked for at a time; those that cannot be seen are left out. */
export async function views(items: readonly Item[]): Promise<Map<string, Run>> {
  const names = [...new Set(items.map((item) => item.run))];
  const found = new Map<string, Run>();
  for (const part of chunks(names, LOOKS)) {
    const runs = await Promise.allSettled(
      part.map((run) => sent(api.GET('/v1/runs/{run}', { params: { path: { run } } }))),
    );
    for (const [index, each] of runs.entries()) {
      if (each.status === 'fulfilled') found.set(part[index] as string, each.value);
      else if (!(each.reason instanceof Problem && each.reason.status === 404)) throw each.reason;
    }
  }
  return found;
}

/** Gives the command to each, part by part; `onPart` hears how far it is. What never arrived ends it with an error. */
export async function give(
  items: readonly Item[],
  command: { type: string } & Record<string, unknown>,
  onPart: (results: Result[]) => void,
): Promise<void> {
  for (const part of chunks(items, AT_ONCE)) {
    const commands = part.map(({ run, step, execution }) => ({
      id: crypto.randomUUID(),
      run,
      ...(step === undefined ? {} : { step, execution }),
      ...command,
    }));
    const { results } = await sent(api.POST('/v1/commands', { body: { commands } as never }));
    onPart(
      results.map((each, index) => ({
        item: part[index] as Item,
        outcome: each.status >= 400 ? 'refused' : each.status === 202 ? 'received' : 'applied',
        ...(each.problem ? { said: each.problem.detail || each.problem.title } : {}),
      })),
    );
  }
}
