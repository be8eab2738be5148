import { describe, expect, it } from 'vitest';
import { chosen, following, needs, parts, type Run, type Step, shares } from './model';

function step(id: string, status: string, more: Partial<Step> = {}): Step {
  return {
    id,
    status,
    title: id.toUpperCase(),
    phase: null,
    blocked_by: [],
    can: [],
    ...more,
  } as unknown as Step;
}

function run(steps: Step[], phases: Run['phases'] = []): Run {
  return { steps, phases } as unknown as Run;
}

describe('the step that is shown', () => {
  it('is the one asked for, also when it has ended', () => {
    expect(chosen(run([step('a', 'done'), step('b', 'ready')]), 'a')?.id).toBe('a');
  });
  it('is the first one a person can complete, before one a machine works on', () => {
    const view = run([step('a', 'running'), step('b', 'ready', { can: ['complete'] as never })]);
    expect(chosen(view, undefined)?.id).toBe('b');
    expect(chosen(view, 'nowhere')?.id).toBe('b');
  });
  it('is the last one when all has ended', () => {
    expect(chosen(run([step('a', 'done'), step('b', 'skipped')]), undefined)?.id).toBe('b');
  });
});

describe('after completing', () => {
  const mine = (id: string) => step(id, 'ready', { can: ['complete'] as never });
  it('the next step behind is selected that this person can complete', () => {
    expect(following(run([mine('a'), step('b', 'done'), step('m', 'running'), mine('c')]), 'b')).toBe('c');
  });
  it('else the first one anywhere', () => {
    expect(following(run([mine('a'), step('b', 'done')]), 'b')).toBe('a');
  });
  it('none while a machine or somebody else has the turn', () => {
    expect(
      following(run([step('a', 'done'), step('b', 'running'), step('c', 'ready')]), 'a'),
    ).toBeUndefined();
  });
});

describe('the rail', () => {
  it('is cut where the phase changes and leaves out what was not taken', () => {
    const phases = [{ id: 'p', title: 'Prepare', status: 'open' }] as unknown as Run['phases'];
    const steps = [
      step('a', 'done', { phase: 'p' }),
      step('b', 'not_taken', { phase: 'p' }),
      step('c', 'ready'),
    ];
    const found = parts(run(steps, phases), false);
    expect(found.map((part) => [part.phase?.id, part.steps.map((each) => each.id)])).toEqual([
      ['p', ['a']],
      [undefined, ['c']],
    ]);
    expect(parts(run(steps, phases), true)[0]?.steps).toHaveLength(2);
  });
});

describe('progress', () => {
  it('draws done and skipped apart', () => {
    expect(shares({ done: 3, skipped: 1, total: 6 })).toEqual({ done: 50, skipped: 16.7 });
    expect(shares({ done: 0, skipped: 0, total: 0 })).toEqual({ done: 0, skipped: 0 });
  });
});

it('names what a blocked step needs by title', () => {
  const view = run([step('a', 'ready'), step('b', 'pending', { blocked_by: ['a', 'gone'] })]);
  expect(needs(view, view.steps[1] as Step)).toEqual(['A', 'gone']);
});
