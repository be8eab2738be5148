import { expect, it } from 'vitest';
import { places, SIZE } from './layout';

it('puts a step to the right of what it waits for', () => {
  const [first, second, beside] = places([
    { id: 'a', after: [] },
    { id: 'b', after: ['a'] },
    { id: 'c', after: ['a'] },
  ]);
  expect(second?.x).toBeGreaterThan((first?.x ?? 0) + SIZE.width);
  expect(Math.abs((second?.y ?? 0) - (beside?.y ?? 0))).toBeGreaterThanOrEqual(SIZE.height);
});

it('has a place for a step that waits for one nobody knows', () => {
  expect(places([{ id: 'a', after: ['gone'] }])).toHaveLength(1);
});
