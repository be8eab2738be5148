// What the run page shows, worked out from a RunView alone: no network, no clock but the one handed in.
import type { Schemas } from '@/api/client';

export type Run = Schemas['RunView'];
export type Step = Run['steps'][number];

const OPEN = new Set(['ready', 'in_progress', 'on_hold', 'scheduled', 'running', 'waiting', 'attention']);

export function isOpen(step: Step): boolean {
  return OPEN.has(step.status);
}

/** Which step to show: the one asked for, else the first one a person can work on, else the first open, else the last. */
export function chosen(run: Run, asked: string | undefined): Step | undefined {
  const named = run.steps.find((step) => step.id === asked);
  if (named) return named;
  const open = run.steps.filter(isOpen);
  return open.find((step) => step.can.includes('complete')) ?? open[0] ?? run.steps.at(-1);
}

/**
 * Where to go after a step has ended: the next one behind it that this person can complete, else the first anywhere.
 * None while there is none: who follows the run is shown what comes as soon as it is there.
 */
export function following(run: Run, step: string): string | undefined {
  const place = run.steps.findIndex((each) => each.id === step);
  const mine = run.steps.filter((each) => isOpen(each) && each.can.includes('complete'));
  const behind = mine.find((each) => run.steps.indexOf(each) > place);
  return (behind ?? mine[0])?.id;
}

export type Part = { phase: Run['phases'][number] | null; steps: Step[] };

/** The rail: steps in the order of the document, cut where the phase changes. Steps not taken are left out on wish. */
export function parts(run: Run, everything: boolean): Part[] {
  const found: Part[] = [];
  for (const step of run.steps) {
    if (!everything && step.status === 'not_taken') continue;
    const phase = run.phases.find((each) => each.id === step.phase) ?? null;
    const last = found.at(-1);
    if (last && last.phase?.id === phase?.id) last.steps.push(step);
    else found.push({ phase, steps: [step] });
  }
  return found;
}

/** Shares of the progress bar in percent: done, skipped. They are drawn apart, and what is left is to come. */
export function shares(progress: { done: number; skipped: number; total: number }): {
  done: number;
  skipped: number;
} {
  if (progress.total === 0) return { done: 0, skipped: 0 };
  const share = (count: number) => Math.round((count / progress.total) * 1000) / 10;
  return { done: share(progress.done), skipped: share(progress.skipped) };
}

/** What stands between a person and this step, as step titles. */
export function needs(run: Run, step: Step): string[] {
  return step.blocked_by.map((name) => run.steps.find((each) => each.id === name)?.title ?? name);
}
