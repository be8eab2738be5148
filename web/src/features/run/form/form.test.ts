import { describe, expect, it } from 'vitest';
import { answered, asErrors, uiSchema } from './model';
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
    const ui = uiSchema(FORM);
    expect(ui['ui:order']).toEqual(['used', 'why', '*']);
    expect(ui.why).toMatchObject({ 'ui:widget': 'textarea', 'ui:help': 'In a sentence' });
  });
  it('draws a field that is called order like any other', () => {
    const ui = uiSchema({ ...FORM, ui: { 'ui:order': ['order', 'why'], order: { widget: 'long_text' } } });
    expect(ui.order).toMatchObject({ 'ui:widget': 'textarea' });
  });
  it('gives types of our own a field of our own', () => {
    expect(uiSchema({ ...FORM, ui: { s: { widget: 'signature' } } }).s).toMatchObject({
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

it('sends no empty texts', () => {
  expect(answered({ a: '', b: undefined, c: 0, d: false, e: null })).toEqual({ c: 0, d: false, e: null });
});
