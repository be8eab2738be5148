import { expect, it } from 'vitest';
import { changes, clashes, merged } from './changes';
import type { Obj } from './document';
import { stepsOf } from './document';

const base: Obj = {
  key: 'k',
  name: 'Before',
  steps: [
    { id: 'a', kind: 'task', title: 'A' },
    { id: 'b', kind: 'task' },
    { id: 'c', kind: 'task' },
  ],
};
const a = { id: 'a', kind: 'task', title: 'A' };
const b = { id: 'b', kind: 'task' };
const c = { id: 'c', kind: 'task' };

it('tells by step what is different', () => {
  const after = {
    ...base,
    name: 'After',
    steps: [c, { ...a, title: 'Call', due: { in: '1 day' } }, { id: 'n', kind: 'end' }],
  };
  expect(
    changes(base, after).map(({ step, what, members }) => [step, what, members.map((each) => each.key)]),
  ).toEqual([
    [null, 'changed', ['name']],
    ['c', 'moved', []],
    ['a', 'changed', ['title', 'due']],
    ['n', 'added', ['id', 'kind']],
    ['b', 'removed', ['id', 'kind']],
  ]);
  expect(changes(base, structuredClone(base))).toEqual([]);
});

it('puts together what two people changed apart', () => {
  const mine = { ...base, steps: [a, { ...b, title: 'Mine' }, { id: 'new', kind: 'task' }, c] };
  const theirs = { ...base, name: 'Theirs', steps: [{ ...a, title: 'Theirs' }, b] };
  expect(clashes(base, mine, theirs)).toEqual([]);
  const found = merged(base, mine, theirs, {});
  expect(found.name).toBe('Theirs');
  expect(stepsOf(found)).toEqual([
    { ...a, title: 'Theirs' },
    { ...b, title: 'Mine' },
    { id: 'new', kind: 'task' },
  ]);
});

it('asks where both changed the same, and takes the side that was chosen', () => {
  const mine = { ...base, name: 'Mine', steps: [{ ...a, title: 'Mine' }, b, c] };
  const theirs = { ...base, name: 'Theirs', steps: [b, c] };
  expect(clashes(base, mine, theirs).map((each) => [each.step, each.key])).toEqual([
    [null, 'name'],
    ['a', 'a'],
  ]);
  expect(merged(base, mine, theirs, { ':name': 'mine', a: 'mine' })).toEqual(mine);
  expect(merged(base, mine, theirs, {})).toEqual(theirs);
});
