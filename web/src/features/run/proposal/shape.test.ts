import { describe, expect, it } from 'vitest';
import type { ApiForm } from '../form/model';
import { drawn } from '../form/model';
import { validator } from '../form/validator';
import { nullable, shaped } from './shape';

const WORDS = { yes: 'Yes', no: 'No' };
const form = (properties: object, values: Record<string, unknown> = {}, more: object = {}): ApiForm => ({
  schema: { type: 'object', properties, ...more },
  ui: { 'ui:order': Object.keys(properties) },
  values,
});
type Part = Record<string, unknown>;
const parts = (of: ApiForm) => of.schema.properties as Record<string, Part>;

describe('what an action says it takes', () => {
  it('is drawn field by field, each under a title and with a hint', () => {
    const made = shaped(
      form({ subject: { type: 'string', maxLength: 500 }, body: { type: 'string', maxLength: 9999 } }),
      WORDS,
    );
    expect(made.ui).toMatchObject({ body: { widget: 'long_text' }, 'ui:order': ['subject', 'body'] });
    expect(parts(made).subject?.title).toBe('Subject');
    expect(drawn(made).ui.body['ui:widget']).toBe('textarea');
  });
  it('knows no null, no defaults, and of several kinds the one that was proposed', () => {
    const to = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], title: 'To' };
    const reply = { anyOf: [{ type: 'string' }, { type: 'null' }], default: null };
    expect(parts(shaped(form({ to, reply }, { to: ['a'] }), WORDS))).toMatchObject({
      to: { type: 'array', title: 'To' },
      reply: { type: 'string' },
    });
    const plain = parts(shaped(form({ to, reply }, { to: 'a' }), WORDS));
    expect(plain.to).toMatchObject({ type: 'string' });
    expect(plain.reply).not.toHaveProperty('default');
  });
  it('is followed to where it is described', () => {
    const more = { $defs: { Size: { enum: ['s', 'm', null] } } };
    const made = parts(shaped(form({ size: { $ref: '#/$defs/Size' } }, {}, more), WORDS));
    expect(made.size).toMatchObject({ enum: ['s', 'm'], title: 'Size' });
  });
  it('takes the shape of its value where nobody describes it', () => {
    const made = shaped(
      form({ arguments: { type: 'object' }, at: {} }, { arguments: { dry_run: true, n: 2 } }),
      WORDS,
    );
    expect(parts(made).arguments?.properties).toMatchObject({
      dry_run: { type: 'boolean' },
      n: { type: 'number' },
    });
    expect(parts(made).at).toMatchObject({ type: 'string' });
  });
  it('asks for yes or no with neither chosen', () => {
    const made = shaped(form({ paid: { type: ['boolean', 'null'] } }), WORDS);
    expect(drawn(made).ui.paid['ui:widget']).toBe('radio');
    expect(validator.isValid(made.schema as never, {}, made.schema as never)).toBe(true);
    expect(validator.isValid(made.schema as never, { paid: false }, made.schema as never)).toBe(true);
  });
});

it('leaves the fields of an author as they are', () => {
  const level = { type: 'string', oneOf: [{ const: 'low', title: 'Low' }] };
  const own = {
    ...form({ level }),
    ui: { 'ui:order': ['level'], level: { widget: 'choice', label: 'How much' } },
  };
  const made = shaped(own, WORDS);
  expect(parts(made).level).toEqual({ title: 'Level', ...level });
  expect(made.ui.level).toEqual({ widget: 'choice', label: 'How much' });
});

it('names the rows one may choose of by what stands in them', () => {
  const rows = [{ id: 7, name: 'Roof', nested: {} }];
  const made = parts(shaped(form({ row: { type: 'string', enum: ['7'] } }), WORDS, rows));
  expect(made.row?.oneOf).toEqual([{ const: '7', title: '7 · Roof' }]);
});

it('knows which columns may be emptied', () => {
  const row = form({ a: { type: ['string', 'null'] }, b: { type: 'string' }, c: {} });
  expect(nullable(row)).toEqual(['a', 'c']);
});

it('puts what must be there and what was proposed first', () => {
  const text = { type: 'string' };
  const made = shaped(form({ a: text, b: text, c: text }, { c: 'x' }, { required: ['b'] }), WORDS);
  expect(made.ui['ui:order']).toEqual(['b', 'c', 'a']);
});
