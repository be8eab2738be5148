import { expect, it } from 'vitest';
import type { Happened } from '../happened';
import { changedBy, moments, placeOf, valuesOf } from './moments';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute)).toISOString();
const event = (seq: number, type: string, minute = 0, more: object = {}) =>
  ({ seq, type, at: at(minute), execution: null, data: {}, ...more }) as unknown as Happened;

const EVENTS = [
  event(1, 'run_started', 0),
  event(2, 'step_ready', 0),
  event(3, 'run_saved', 1),
  event(4, 'run_resumed', 61),
];

it('stops at what people did, and says how long nothing happened', () => {
  const list = moments(EVENTS, false);
  expect(list.map((moment) => moment.event.seq)).toEqual([1, 3, 4]);
  expect(list.map((moment) => moment.idle)).toEqual([0, 0, 3600]);
  expect(moments(EVENTS, true)).toHaveLength(4);
});

it('stands at the last moment that is not after the one asked for', () => {
  const list = moments(EVENTS, false);
  expect([undefined, 1, 2, 3, 99].map((seq) => placeOf(list, seq))).toEqual([0, 0, 0, 1, 2]);
  expect(placeOf([], 3)).toBe(0);
});

it('shows the values of an event, and what a person changed of a proposal', () => {
  const proposed = event(2, 'proposed', 0, { execution: 'pay#1', data: { values: { amount: 4, to: 'a' } } });
  const older = event(1, 'proposed', 0, { execution: 'pay#0', data: { values: { amount: 1 } } });
  const confirmed = event(3, 'proposal_confirmed', 1, {
    execution: 'pay#1',
    data: { values: { amount: 5, to: 'a' }, changed: ['amount'] },
  });
  expect(changedBy(confirmed, [older, proposed, confirmed])).toEqual([{ name: 'amount', from: 4, to: 5 }]);
  expect(changedBy(proposed, [older, proposed])).toEqual([]);
  expect(valuesOf(confirmed)).toEqual([{ name: 'values', values: { amount: 5, to: 'a' } }]);
  expect(valuesOf(event(9, 'step_done', 0, { data: { output: {}, before: null, fields: ['x'] } }))).toEqual(
    [],
  );
});
