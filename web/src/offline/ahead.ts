// A run as it will be once what waits on this device has arrived: a guess that shows a person the next form, and that
// the API alone makes true. Only what must come is foretold: steps behind a decision, a wait or an approval stay closed.
import type { Schemas } from '@/api/client';
import { ends, type Queue } from './queue';

type Run = Schemas['RunView'];
type Step = Run['steps'][number];

const FINISHED = new Set(['done', 'skipped', 'not_taken']);
/** Kinds that end by themselves with nothing to choose. */
const BY_ITSELF = new Set(['get_data', 'load_related', 'update_data', 'action']);

/** The status of a step whose answer has not arrived. */
export const UNSENT = 'unsent' as Step['status'];

export function ahead(run: Run, queue: Queue): Run {
  const given = queue.filter((item) => item.run === run.id && ends(item) && item.state !== 'refused');
  const ended = new Set(given.map((item) => item.body.step));
  if (ended.size === 0) return run;
  const passed = new Set<string>();
  const steps = run.steps.map((step) => {
    if (FINISHED.has(step.status)) return pass(step);
    if (ended.has(step.id)) {
      const sent: Step = { ...step, status: UNSENT, can: [] };
      return step.kind === 'decision' ? sent : pass(sent);
    }
    if (step.status !== 'pending' || !step.blocked_by.every((each) => passed.has(each))) return step;
    if (BY_ITSELF.has(step.kind)) return pass(step);
    return step.kind === 'task' ? opened(step) : step;
  });
  return { ...run, steps };

  function pass(step: Step): Step {
    passed.add(step.id);
    return step;
  }
}

function opened(step: Step): Step {
  const can: Step['can'] = ['complete', ...(step.skippable ? (['skip'] as const) : [])];
  return { ...step, status: 'ready', blocked_by: [], can };
}

/** Whether a command would come too early: its step is closed, and something that ends by itself is at work. */
export function isEarly(run: Run, step: string | undefined): boolean {
  const found = run.steps.find((each) => each.id === step);
  const moving = run.steps.some(
    (each) => ['running', 'ready'].includes(each.status) && BY_ITSELF.has(each.kind),
  );
  return found?.status === 'pending' && moving;
}
