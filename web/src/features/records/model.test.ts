import { expect, it } from 'vitest';
import { shownFields } from './model';

it('shows the id first and leaves out what is long or nested', () => {
  const rows = [{ name: 'Ann', id: 'c1', note: 'x'.repeat(100), tags: ['a'], total: 3 }];
  expect(shownFields(rows)).toEqual(['id', 'name', 'total']);
  expect(shownFields([])).toEqual([]);
});
