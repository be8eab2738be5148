import { expect, it } from 'vitest';
import { count, fileOf, query } from './filters';

it('asks for whole days, the last one included', () => {
  const asked = query({ after: '2026-11-20', before: '2026-11-20', user: 'ann', other: 'x' });
  const length = Date.parse(String(asked.before)) - Date.parse(String(asked.after));
  expect(length).toBe(24 * 3600 * 1000);
  expect(asked.user).toBe('ann');
  expect(asked).not.toHaveProperty('other');
});

it('takes an instant as it is', () => {
  expect(query({ after: '2026-11-20T08:00:00Z' }).after).toBe('2026-11-20T08:00:00Z');
});

it('names the same lines as a file', () => {
  expect(fileOf('csv', {})).toBe('/v1/activity-log.csv');
  expect(fileOf('jsonl', { run: 'run-1', user: 'a&b' })).toBe('/v1/activity-log.jsonl?user=a%26b&run=run-1');
  expect(count({ run: 'run-1', user: '' })).toBe(1);
});
