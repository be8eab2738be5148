import { expect, it } from 'vitest';
import { merged } from './longList';

type Row = { id: string; status: string };
const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id, status: 'ready' }));
const keyOf = (row: Row) => row.id;
const ids = (items: Row[]) => items.map(keyOf).join('');

it('changes rows in place', () => {
  const newer = { items: [{ id: 'a', status: 'done' }, ...rows('b')], next: null };
  expect(merged(rows('a', 'b'), newer, keyOf).items[0]?.status).toBe('done');
});

it('lets new rows wait, wherever they would stand', () => {
  const found = merged(rows('a', 'b', 'c', 'd'), { items: rows('x', 'a', 'b'), next: 'more' }, keyOf);
  expect([ids(found.items), found.fresh]).toEqual(['abcd', 1]);
});

it('takes away what is gone, and nothing that may only have been pushed on', () => {
  const found = merged(rows('a', 'b', 'c', 'd', 'e'), { items: rows('x', 'a', 'c'), next: 'more' }, keyOf);
  expect(ids(found.items)).toBe('acde');
});

it('knows all of a list that fits on one page', () => {
  expect(ids(merged(rows('a', 'b', 'c'), { items: rows('a'), next: null }, keyOf).items)).toBe('a');
  expect(ids(merged(rows('a'), { items: [], next: null }, keyOf).items)).toBe('');
});
