import { expect, it } from 'vitest';
import { told } from './When';

const NOW = Date.parse('2026-11-21T12:00:00Z');

it('says how long ago, in the language of the page', () => {
  expect(told('2026-11-19T12:00:00Z', 'relative', 'en', NOW)).toBe('2 days ago');
  expect(told('2026-11-21T15:00:00Z', 'relative', 'de', NOW)).toBe('in 3 Stunden');
});

it('leaves a local date without a zone', () => {
  expect(told('2026-11-30', 'relative', 'en', NOW)).toBe('Nov 30, 2026');
});

it('says UTC where it is UTC', () => {
  expect(told('2026-11-19T12:00:00Z', 'utc', 'en', NOW)).toMatch(/Nov 19, 2026.*12:00.*UTC/);
});
