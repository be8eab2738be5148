import { expect, it } from 'vitest';
import type { Json, Obj } from './document';
import { beginOf, fieldsOf, forReading, grouped, variantOf } from './schema';
import { textFrom, valueFrom } from './text';

// As pydantic writes them.
const nothing = { type: 'null' };
const expression = { type: 'string', pattern: '^=' };
const field: Obj = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^[a-z]' },
    label: { anyOf: [{ type: 'string', maxLength: 200 }, nothing] },
  },
  required: ['id'],
};
const trigger = (type: string, more: Obj = {}): Obj => ({
  type: 'object',
  properties: { type: { const: type, type: 'string' }, ...more },
});
const root: Obj = {
  $defs: {
    FormField: field,
    Manual: trigger('manual'),
    Timed: trigger('schedule', { cron: { type: 'string', maxLength: 9 } }),
  },
  type: 'object',
  required: ['id', 'kind'],
  properties: {
    id: { type: 'string', pattern: '^[a-z]' },
    title: { anyOf: [{ type: 'string', maxLength: 200 }, nothing] },
    after: { anyOf: [{ type: 'array', items: { type: 'string', maxLength: 200 } }, nothing] },
    when: { anyOf: [{ type: 'boolean' }, expression, nothing] },
    kind: { const: 'task', type: 'string' },
    fields: { type: 'array', items: { $ref: '#/$defs/FormField' } },
    triggers: { type: 'array', items: { oneOf: [{ $ref: '#/$defs/Manual' }, { $ref: '#/$defs/Timed' }] } },
    each: { anyOf: [{ type: 'array' }, expression, nothing] },
    for: { anyOf: [{ type: 'string' }, nothing] },
    with: { type: 'object', additionalProperties: true },
    record: { default: null, title: 'Record' },
    instruction: { anyOf: [{ type: 'string', maxLength: 20000 }, nothing] },
    join: { enum: ['all', 'any'], type: 'string', default: 'all' },
    attempts: { anyOf: [{ type: 'integer' }, nothing] },
    skippable: { type: 'boolean', default: false },
    draft: { anyOf: [{ $ref: '#/$defs/FormField' }, nothing] },
  },
};
const fields = fieldsOf(root, root);

it('reads what each key takes', () => {
  expect(Object.fromEntries(fields.map(({ key, kind }) => [key, kind]))).toEqual({
    id: 'text',
    title: 'text',
    after: 'names',
    when: 'condition',
    fields: 'list',
    triggers: 'list',
    each: 'listed',
    for: 'written',
    with: 'values',
    record: 'value',
    instruction: 'long',
    join: 'choice',
    attempts: 'number',
    skippable: 'flag',
    draft: 'object',
  });
  expect(fields.find((each) => each.key === 'join')?.choices).toEqual(['all', 'any']);
  expect(fields.filter((each) => each.required).map((each) => each.key)).toEqual(['id']);
});

it('puts every key into one group, a kind’s own with its title', () => {
  const found = grouped(fields);
  expect(found.flow.map((each) => each.key)).toEqual(['after', 'join', 'when', 'skippable']);
  expect(found.what.map((each) => each.key)).toContain('record');
  expect(Object.values(found).flat()).toHaveLength(fields.length - 1);
});

it('shows what is read first, and the name for references last', () => {
  expect(forReading(fieldsOf(field, root)).map((each) => each.key)).toEqual(['label', 'id']);
});

it('tells items of several types apart', () => {
  const triggers = fields.find((each) => each.key === 'triggers')?.variants ?? [];
  expect(triggers.map(beginOf)).toEqual([{ type: 'manual' }, { type: 'schedule' }]);
  const timed = variantOf(triggers, { type: 'schedule', cron: '* *' });
  expect(fieldsOf(timed, root).map((each) => each.key)).toEqual(['cron']);
});

it.each([
  '',
  'text',
  '12',
  '12 days',
  'true',
  '= a',
  '"quoted"',
  '{',
  '[1',
  '-',
  12,
  1.5,
  true,
  null,
  [1, 'a'],
  { a: null },
  {},
])('gives %j back as it was', (value) => expect(valueFrom(textFrom(value as Json))).toEqual(value));

it('takes what is typed for what it reads as', () => {
  expect([valueFrom('500.5'), valueFrom('yes'), valueFrom('[1, 2]'), valueFrom('2026-11-30')]).toEqual([
    500.5,
    'yes',
    [1, 2],
    '2026-11-30',
  ]);
});
