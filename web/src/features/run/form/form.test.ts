import { describe, expect, it } from 'vitest';
import { answered, asErrors, drawn } from './model';
import { schemaOf, validator } from './validator';

const FORM = {
  schema: {
    type: 'object',
    properties: {
      why: { type: 'string' },
      used: {
        type: 'array',
        items: { type: 'object', properties: { count: { type: 'number', minimum: 1 } } },
      },
    },
    required: ['why'],
    additionalProperties: false,
  },
  ui: {
    'ui:order': ['used', 'note', 'why'],
    why: { widget: 'long_text', help: 'In a sentence' },
    used: { widget: 'table' },
  },
  values: {},
};

describe('the form the API describes', () => {
  it('is drawn in its order, without fields that are only shown', () => {
    const ui = drawn(FORM).ui;
    expect(ui['ui:order']).toEqual(['used', 'why', '*']);
    expect(ui.why).toMatchObject({ 'ui:widget': 'textarea', 'ui:help': 'In a sentence' });
  });
  it('draws a field that is called order like any other', () => {
    const ui = drawn({
      ...FORM,
      schema: { properties: { order: { type: 'string' } } },
      ui: { 'ui:order': ['order', 'why'], order: { widget: 'long_text' } },
    }).ui;
    expect(ui.order).toMatchObject({ 'ui:widget': 'textarea' });
  });
  it('gives types of our own a field of our own', () => {
    expect(
      drawn({ ...FORM, schema: { properties: { s: {} } }, ui: { s: { widget: 'signature' } } }).ui.s,
    ).toMatchObject({
      'ui:field': 'signature',
    });
  });
});

describe('what is wrong', () => {
  it('is found without eval, at its place', () => {
    const found = validator.validateFormData({ used: [{ count: 0 }] }, FORM.schema as never);
    expect(found.errorSchema).toMatchObject({ why: { __errors: [expect.any(String)] } });
    expect(JSON.stringify(found.errorSchema)).toContain('"count"');
    expect(validator.isValid(FORM.schema as never, { why: 'x' }, FORM.schema as never)).toBe(true);
  });
  it('as the API said it stands at the same place', () => {
    const errors = asErrors([{ path: '/output/used/0/count', message: 'too small' }]);
    expect(schemaOf(errors)).toEqual({ used: { 0: { count: { __errors: ['too small'] } } } });
  });
});

describe('what is sent', () => {
  const form = {
    schema: { properties: Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'shown'].map((name) => [name, {}])) },
    ui: { shown: { widget: 'text', readonly: true }, told: { widget: 'info' } },
    values: {},
  };
  it('holds no empty texts and nothing that was never touched', () => {
    expect(answered(form, { a: '', b: undefined, c: 0, d: false, e: null })).toEqual({
      c: 0,
      d: false,
      e: null,
    });
  });
  it('holds nothing that is only shown', () => {
    expect(answered(form, { a: 'x', shown: 'y', told: 'z', unknown: 1 })).toEqual({ a: 'x' });
  });
});

describe('what is only shown', () => {
  it('stands in its place and is drawn by a field that asks nothing', () => {
    const { schema, ui } = drawn({
      schema: { properties: { name: { type: 'string' } } },
      ui: { 'ui:order': ['told', 'name'], told: { widget: 'info', label: 'Told' }, name: { readonly: true } },
      values: {},
    });
    expect(schema.properties?.told).toEqual({ title: 'Told' });
    expect(ui['ui:order']).toEqual(['told', 'name', '*']);
    expect([ui.told['ui:field'], ui.name['ui:field']]).toEqual(['shown', 'shown']);
  });
  it('is every field of a step that has ended; pictures stay pictures', () => {
    const form = {
      schema: { properties: { a: {}, p: {} } },
      ui: { a: { widget: 'text' }, p: { widget: 'pictures' } },
      values: {},
    };
    const { ui } = drawn(form, true);
    expect([ui.a['ui:field'], ui.p['ui:field']]).toEqual(['shown', 'pictures']);
  });
});

it('asks for yes or no where one of them must be said, and gives columns the same fields', () => {
  const { ui, schema } = drawn({
    schema: {
      required: ['safe'],
      properties: {
        safe: {},
        extra: {},
        used: { items: { properties: { code: {}, unit: { oneOf: [{ const: 1 }, { const: 2 }] } } } },
      },
    },
    ui: {
      safe: { widget: 'boolean' },
      extra: { widget: 'boolean' },
      used: { widget: 'table', columns: { code: { widget: 'barcode' }, unit: { widget: 'choice' } } },
    },
    values: {},
  });
  expect([ui.safe['ui:widget'], ui.extra['ui:widget']]).toEqual(['yesno', 'checkbox']);
  expect(ui.used.items.code['ui:field']).toBe('barcode');
  expect(ui.used.items.unit['ui:widget']).toBe('radio');
  expect(schema.properties?.used?.items?.properties?.unit?.type).toBe('number');
});
