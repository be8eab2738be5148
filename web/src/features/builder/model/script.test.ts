import { expect, it } from 'vitest';
import type { Obj } from './document';
import { answered, asAnswer, bodyOf, EMPTY, fieldsFor, forgotten, withoutEmpty } from './script';

const document: Obj = {
  steps: [
    { id: 'form', kind: 'task', fields: [{ id: 'n', type: 'number' }, { id: 'why' }] },
    { id: 'read', kind: 'get_data', fields: ['total'] },
    { id: 'sum', kind: 'ai', output: [{ id: 'risk' }] },
    { id: 'pay', kind: 'action', action: 'demo.refund' },
  ],
};

it('asks for the fields an answer has', () => {
  const outputs = { 'demo.refund': { properties: { id: {}, status: {} } } };
  expect(['form', 'read', 'sum', 'pay', 'gone'].map((step) => fieldsFor(document, step, outputs))).toEqual([
    ['n', 'why'],
    [],
    ['risk'],
    ['id', 'status'],
    [],
  ]);
});

it('reads a record that is named, and takes values of one’s own otherwise', () => {
  const script = { ...EMPTY, values: { total: 1 } };
  expect(bodyOf(script, true, true)).toEqual({
    draft: true,
    record_data: { total: 1 },
    inputs: {},
    answers: {},
  });
  expect(bodyOf({ ...script, record: 'o1' }, true, false)).toMatchObject({ draft: false, record: 'o1' });
  expect(bodyOf(script, false, false)).toEqual({ draft: false, inputs: {}, answers: {} });
});

it('adds to what a step answered before, and forgets it whole', () => {
  const once = answered(EMPTY, 'pay', asAnswer({ what: 'proposal' }, { amount: 1 }));
  const both = answered(once, 'pay', { confirm: true });
  expect(both.answers).toEqual({ pay: { proposal: { values: { amount: 1 } }, confirm: true } });
  expect(forgotten(both, 'pay')).toEqual(EMPTY);
});

it('leaves out what was left empty', () => {
  expect(asAnswer({ what: 'result' }, withoutEmpty({ a: '', b: 0, c: false }))).toEqual({
    result: { b: 0, c: false },
  });
});
