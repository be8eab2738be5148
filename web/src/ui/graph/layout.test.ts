import { expect, it } from 'vitest';
import { places, SIZE } from './layout';

it('puts a step below what it waits for', () => {
  const [first, second, beside] = places([
    { id: 'a', after: [] },
    { id: 'b', after: ['a'] },
    { id: 'c', after: ['a'] },
  ]);
  expect(second?.y).toBeGreaterThan((first?.y ?? 0) + SIZE.height);
  expect(Math.abs((second?.x ?? 0) - (beside?.x ?? 0))).toBeGreaterThanOrEqual(SIZE.width);
});

it('has a place for a step that waits for one nobody knows', () => {
  expect(places([{ id: 'a', after: ['gone'] }])).toHaveLength(1);
});
