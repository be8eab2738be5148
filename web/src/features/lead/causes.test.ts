import { expect, it } from 'vitest';
import { itemOf } from '@/ui/many';
import { causes, type Task } from './causes';

const stuck = (definition: string, step: string, attention: string | null, run: string) =>
  ({ definition, step, attention, run, title: step, run_name: run, execution: `${step}#1` }) as Task;

it('groups what is stuck by workflow, step and reason, the most first', () => {
  const found = causes([
    stuck('a', 'pay', 'error', 'r1'),
    stuck('a', 'pay', 'timeout', 'r2'),
    stuck('a', 'pay', 'error', 'r3'),
    stuck('b', 'pay', 'error', 'r4'),
    stuck('b', 'ask', null, 'r5'),
  ]);
  expect(found.map((each) => [each.definition, each.title, each.reason, each.tasks.length])).toEqual([
    ['a', 'pay', 'error', 2],
    ['a', 'pay', 'timeout', 1],
    ['b', 'pay', 'error', 1],
    ['b', 'ask', 'error', 1],
  ]);
  expect(found[0]?.tasks.map(itemOf)[1]).toEqual({
    run: 'r3',
    step: 'pay',
    execution: 'pay#1',
    name: 'pay · r3',
  });
});
