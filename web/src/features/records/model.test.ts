import { expect, it } from 'vitest';
import {
  filtersOf,
  isDay,
  localDate,
  seenValues,
  shownFields,
  told,
  whereOf,
  withCollection,
  withFilter,
  withoutFilter,
} from './model';

const SEARCH = {
  collection: 'demo.work_orders',
  'f.assigned_to': '@me',
  'f.planned_on': '@today',
  q: 'pump',
};

it('shows the id first and leaves out what is long or nested', () => {
  const rows = [{ name: 'Ann', id: 'c1', note: 'x'.repeat(100), tags: ['a'], total: 3 }];
  expect(shownFields(rows)).toEqual(['id', 'name', 'total']);
  expect(shownFields([])).toEqual([]);
});

it('reads and writes filters in the address', () => {
  expect(filtersOf(SEARCH)).toEqual([
    { field: 'assigned_to', value: '@me' },
    { field: 'planned_on', value: '@today' },
  ]);
  expect(withoutFilter(SEARCH, 'assigned_to')).not.toHaveProperty('f.assigned_to');
  expect(withFilter({}, { field: 'status', value: '' })).toEqual({ 'f.status': '' });
});

it('asks for the person and the day of whoever looks', () => {
  expect(whereOf(filtersOf(SEARCH), 'ann', '2026-12-01')).toEqual([
    'assigned_to:ann',
    'planned_on:2026-12-01',
  ]);
  expect(localDate(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
});

it('forgets filters and words with the collection they are of', () => {
  expect(withCollection({ ...SEARCH, record: 'w1' }, 'demo.orders')).toEqual({ collection: 'demo.orders' });
});

it('knows a day by what was seen, and a record by its words', () => {
  const rows = [
    { day: '2026-12-01', n: 2 },
    { day: null, n: 1 },
  ];
  expect(isDay({ name: 'day', type: 'text' }, rows)).toBe(true);
  expect(isDay({ name: 'n', type: 'number' }, rows)).toBe(false);
  expect(seenValues(rows, 'n')).toEqual(['1', '2']);
  expect(told({ id: 'w1', a: 'planned', b: null, c: 3 }, ['id', 'a', 'b', 'c'])).toBe('planned · 3');
});
