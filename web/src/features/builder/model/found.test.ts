import { expect, it } from 'vitest';
import type { Obj } from './document';
import { at, counted, stepAt, told, within } from './found';

const document: Obj = {
  steps: [
    { id: 'a', kind: 'task', title: 'Call' },
    { id: 'b', kind: 'decision' },
  ],
};
const finding = (path: string) => ({ path, code: 'missing', message: 'm', hint: 'h' });
const all = ['/name', '/steps/0/fields/0/id', '/steps/0/fields/01', '/steps/1', '/steps/1/options'].map(
  finding,
);

it('stand at their place and within what holds it', () => {
  expect(at(all, '/steps/1')).toEqual([finding('/steps/1')]);
  expect(within(all, '/steps/0/fields/0').map((each) => each.path)).toEqual(['/steps/0/fields/0/id']);
});

it('belong to a step or to the workflow', () => {
  expect(all.map((each) => stepAt(document, each.path))).toEqual([undefined, 'a', 'a', 'b', 'b']);
  expect([...counted(document, all)]).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
});

it('say in words where they are', () => {
  expect(told(document, '/steps/0/fields/0/id')).toBe('Call · fields · 0 · id');
  expect(told(document, '/steps/1/options')).toBe('b · options');
  expect(told(document, '/start/when')).toBe('start · when');
});
