import { describe, expect, it } from 'vitest';
import type { Run, Step } from '../model';
import {
  changes,
  differing,
  drafted,
  entered,
  isMachines,
  markOf,
  type Proposal,
  rowsOf,
  sourceOf,
  sureness,
  tintOf,
  typed,
} from './model';

const NAMES = ['to', 'text', 'cc', 'when'];

describe('what a person made of a proposal', () => {
  it('is named field by field', () => {
    const marks = [
      ['a', 'a'],
      ['a', 'b'],
      ['a', undefined],
      [undefined, 'b'],
      [undefined, undefined],
      [undefined, null],
      [false, false],
      [['x'], ['x']],
    ].map(([proposed, value]) => markOf(proposed, value));
    expect(marks).toEqual([
      'proposed',
      'changed',
      'emptied',
      'added',
      'stays',
      'emptied',
      'proposed',
      'proposed',
    ]);
  });
  it('is sent as what differs alone: null empties, silence leaves it as proposed', () => {
    const proposed = { to: 'a@b.example', text: 'Hello' };
    expect(changes(NAMES, proposed, { to: 'a@b.example', text: 'Good day', cc: [] })).toEqual({
      text: 'Good day',
    });
    expect(changes(NAMES, proposed, { to: 'a@b.example', text: null, when: null })).toEqual({
      text: null,
      when: null,
    });
    expect(changes(NAMES, proposed, proposed)).toEqual({});
  });
  it('keeps that a field was emptied, also one nothing was proposed for, until something is typed', () => {
    const proposed = { to: 'a' };
    expect(typed(NAMES, proposed, { to: 'a' }, { text: 'b' })).toEqual({ to: null, text: 'b' });
    expect(typed(NAMES, proposed, { when: null }, { to: 'a' })).toEqual({ to: 'a', when: null });
    expect(typed(NAMES, proposed, { when: null }, { to: 'a', when: 'now' })).toEqual({
      to: 'a',
      when: 'now',
    });
    expect(entered({ to: null, text: 'b' })).toEqual({ text: 'b' });
  });
});

describe('a proposal', () => {
  it('says how sure it is; what is pinned was not guessed', () => {
    const of = (by: Proposal['by'], confidence: number) =>
      sureness({ by, confidence, values: {}, explanation: '' });
    expect([of('ai', 0.8), of('matcher', 0.79), of('ai', 0.2), of('pinned', 1)]).toEqual([
      'sure',
      'fairly',
      'unsure',
      'pinned',
    ]);
  });
  it('is made of places that can be looked at', () => {
    const run = { steps: [{ id: 'order', title: 'The order' }] } as Run;
    expect(sourceOf('steps.order.output.email', run)).toMatchObject({
      shows: 'order',
      title: 'The order',
      field: 'email',
    });
    expect(sourceOf('order.choice', run)).toMatchObject({ shows: 'order', field: 'choice' });
    expect(sourceOf('record.address.city', run)).toMatchObject({ shows: 'record', field: 'address.city' });
    expect(sourceOf('the weather', run).shows).toBeUndefined();
  });
});

describe('what others agree to', () => {
  it('is told in rows, what is nested under its names', () => {
    expect(rowsOf({ record: 'o1', set: { paid_at: null, tags: ['a'] } })).toEqual([
      { name: 'record', value: 'o1' },
      { name: 'set · paid at', value: null },
      { name: 'set · tags', value: ['a'] },
    ]);
  });
  it('is compared with what was looked at, whatever the order of its keys', () => {
    expect(differing({ order: 'o1', amount: 4 }, { amount: 40, order: 'o1' })).toEqual([
      { name: 'amount', was: 4, is: 40 },
    ]);
    expect(differing({ a: 1 }, { b: 1 })).toHaveLength(2);
  });
});

const step = (more: object) => ({ kind: 'action', can: [], status: 'ready', ...more }) as unknown as Step;

describe('which steps are told as a machine’s', () => {
  it('are those a machine has to do with, never a task', () => {
    expect(isMachines(step({ waits: 'confirm' }))).toBe(true);
    expect(isMachines(step({ status: 'scheduled' }))).toBe(true);
    expect(isMachines(step({ status: 'attention', can: ['handle_manually'] }))).toBe(true);
    expect(isMachines(step({ kind: 'decision' }))).toBe(false);
    expect(isMachines(step({ kind: 'task', proposal: { values: {} } }))).toBe(false);
  });
  it('and what was drafted for a task is marked until it is edited', () => {
    const task = step({
      kind: 'task',
      can: ['complete'],
      proposal: { values: { note: 'x', why: 'y', n: '' } },
    });
    expect(drafted(task, { note: 'x', why: 'edited', n: '' })).toEqual(['note']);
    expect(drafted({ ...task, can: [] }, { note: 'x' })).toEqual([]);
  });
});

it('takes the colours that black can be read on, and no others', () => {
  expect([tintOf('green'), tintOf('brand'), tintOf(null)]).toEqual(['green.3', undefined, undefined]);
});
