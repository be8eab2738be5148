import { expect, it } from 'vitest';
import { columns, drawn, type Run, type Task, ways } from './columns';

const DOCUMENT = drawn({
  phases: [{ id: 'before', title: 'Before' }, { id: 'after' }],
  steps: [
    { id: 'call', kind: 'task', title: 'Call', phase: 'before' },
    { id: 'judge', kind: 'decision', phase: 'before' },
    { id: 'build', kind: 'task', title: 'Build', phase: 'after' },
  ],
});
const task = (step: string, run = 'r1') => ({ step, run }) as Task;
const run = (steps: object[]) => ({ steps }) as unknown as Run;

it('has a column for each step, in the order they were drawn, and one for what was added', () => {
  const found = columns([task('build'), task('call'), task('added')], DOCUMENT, 'step');
  expect(found.map((column) => [column.id, column.tasks.length])).toEqual([
    ['call', 1],
    ['judge', 0],
    ['build', 1],
    ['', 1],
  ]);
  expect(found[1]?.title).toBe('judge');
});

it('has a column for each phase', () => {
  const found = columns([task('judge'), task('call'), task('build')], DOCUMENT, 'phase');
  expect(found.map((column) => [column.title, column.tasks.length])).toEqual([
    ['Before', 2],
    ['after', 1],
  ]);
});

it('lets a card go forward by completing, back by revising, and nowhere else', () => {
  const view = run([
    { id: 'call', kind: 'task', can: ['revise'], after: [] },
    { id: 'judge', kind: 'decision', can: ['complete'], after: ['call'] },
    { id: 'build', kind: 'task', can: [], after: ['judge'] },
  ]);
  expect([...ways(view, 'judge', DOCUMENT, 'step')]).toEqual([
    ['call', 'back'],
    ['build', 'look'],
  ]);
  expect([...ways(view, 'judge', DOCUMENT, 'phase')]).toEqual([['after', 'look']]);
  const first = run([
    { id: 'call', kind: 'task', can: ['complete'], after: [] },
    { id: 'judge', kind: 'decision', can: [], after: ['call'] },
    { id: 'build', kind: 'task', can: [], after: ['judge'] },
  ]);
  expect([...ways(first, 'call', DOCUMENT, 'step')]).toEqual([['judge', 'complete']]);
  expect(ways(first, 'gone', DOCUMENT, 'step').size).toBe(0);
});
