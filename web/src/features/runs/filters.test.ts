import { expect, it } from 'vitest';
import { given, hidden, instant, query } from './filters';

it('asks only for what it knows and what says something', () => {
  expect(query({ status: 'saved,waiting', attention: 'true', q: '', colour: 'red' })).toEqual({
    status: ['saved', 'waiting'],
    attention: true,
  });
});

it('means a day of this device by its beginning', () => {
  expect(instant('2026-11-20')).toBe(new Date(2026, 10, 20).toISOString());
  expect(instant('2026-11-20T10:00:00Z')).toBe('2026-11-20T10:00:00.000Z');
  expect(instant('soon')).toBe('soon');
});

it('can name every filter that holds', () => {
  const filters = { sort: 'started_at', status: 'saved', holder: 'ann' };
  expect(given(filters)).toEqual([
    ['status', 'saved'],
    ['holder', 'ann'],
  ]);
  expect(hidden(filters)).toBe(1);
});
