import { expect, it } from 'vitest';
import { chunks, judged, type Run, tally } from './many';

const RUN = {
  can: ['abort', 'save'],
  steps: [
    { id: 'a', execution: 'a#2', title: 'Pay', can: ['retry', 'skip'] },
    { id: 'b', execution: 'b#1', title: 'Look', can: [] },
  ],
  errands: [{ step: 'b', execution: 'b.mail#1', title: 'Mail', can: ['retry'] }],
} as unknown as Run;
const RUNS = new Map([['r1', RUN]]);

it('asks each run whether it takes the command', () => {
  const items = [
    { run: 'r1', name: 'One' },
    { run: 'r2', name: 'Two' },
  ];
  expect(judged(items, RUNS, 'abort')).toEqual({
    able: [items[0]],
    unable: [{ item: items[1], why: 'gone' }],
  });
  expect(judged([{ run: 'r1', name: 'One' }], RUNS, 'reopen').unable[0]?.why).toBe('may_not');
});

it('knows a step that has moved on since', () => {
  const at = (execution: string) => ({ run: 'r1', name: 'Pay', step: 'a', execution });
  expect(judged([at('a#2')], RUNS, 'skip').able).toHaveLength(1);
  expect(judged([at('a#1')], RUNS, 'skip').unable[0]?.why).toBe('moved');
});

it('means the steps and errands of a run that is tried again', () => {
  expect(judged([{ run: 'r1', name: 'One' }], RUNS, 'retry').able).toEqual([
    { run: 'r1', name: 'One: Pay', step: 'a', execution: 'a#2' },
    { run: 'r1', name: 'One: Mail', step: 'b', execution: 'b.mail#1' },
  ]);
  const still = new Map([['r1', { ...RUN, steps: [], errands: [] } as Run]]);
  expect(judged([{ run: 'r1', name: 'One' }], still, 'retry').unable[0]?.why).toBe('nothing');
});

it('goes part by part and counts what came of it', () => {
  expect(chunks([1, 2, 3], 2)).toEqual([[1, 2], [3]]);
  expect(chunks([], 2)).toEqual([]);
  const item = { run: 'r', name: 'R' };
  expect(
    tally([
      { item, outcome: 'applied' },
      { item, outcome: 'refused' },
    ]),
  ).toEqual({
    applied: 1,
    received: 0,
    refused: 1,
  });
});
