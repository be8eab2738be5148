import { expect, it } from 'vitest';
import { lengthOf } from './length';

it('says a length as one does', () => {
  expect(lengthOf(3 * 86_400, 'en')).toBe('3 days');
  expect(lengthOf(3_700, 'en')).toBe('1 hour');
  expect(lengthOf(600, 'de')).toBe('10 Minuten');
});
