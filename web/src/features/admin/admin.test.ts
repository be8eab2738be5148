import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Document, fieldsOf, fieldsOfSchema, said } from './schema';
import { addressOf, cell, SECTIONS } from './sections';

const document = JSON.parse(
  readFileSync(new URL('../../../../openapi.json', import.meta.url), 'utf8'),
) as Document;

it('every address is one that the API has', () => {
  for (const section of SECTIONS) {
    expect(document.paths[section.list]?.get, section.list).toBeDefined();
    if (section.add) expect(fieldsOf(document, section.add, 'POST').length, section.add).toBeGreaterThan(0);
    const { change } = section;
    if (change) expect(fieldsOf(document, change.path, change.method).length, change.path).toBeGreaterThan(0);
    for (const deed of section.deeds ?? [])
      expect(document.paths[deed.path]?.[deed.method.toLowerCase()], deed.path).toBeDefined();
    if (section.tries) expect(document.paths[section.tries.path]?.post, section.tries.path).toBeDefined();
  }
});

it('every column is a member of what the list answers', () => {
  for (const section of SECTIONS) {
    const page = JSON.stringify(document.paths[section.list]?.get).match(/schemas\/(Page_\w+?_)"/)?.[1] ?? '';
    const items = JSON.stringify(document.components.schemas[page]).match(/schemas\/(\w+)"/)?.[1] ?? '';
    const members = Object.keys((document.components.schemas[items]?.properties as object | undefined) ?? {});
    expect(members, section.id).toEqual(expect.arrayContaining([section.key, ...section.columns]));
  }
});

it('a person is text, lists and a flag', () => {
  const fields = fieldsOf(document, '/v1/users/{user}', 'PATCH');
  const kinds = Object.fromEntries(fields.map((field) => [field.name, field.kind]));
  expect(kinds).toMatchObject({ name: 'text', active: 'flag', roles: 'list', teams: 'list' });
});

it('an action asks for what its own schema has', () => {
  const fields = fieldsOfSchema({
    properties: {
      to: { title: 'To', anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      how: { $ref: '#/$defs/How' },
      rows: { type: 'array', items: {} },
      value: { type: 'string' },
    },
    required: ['to'],
    $defs: { How: { enum: ['fast', 'slow'] } },
  });
  expect(fields.map((each) => [each.title, each.kind, each.required])).toEqual([
    ['To', 'list', true],
    ['how', 'choice', false],
    ['rows', 'json', false],
    ['value', 'text', false],
  ]);
});

it('a new row says what was filled in, an old one what was changed', () => {
  const fields = fieldsOf(document, '/v1/teams', 'POST');
  expect(said(fields, { id: 'ops', name: '' }, undefined)).toEqual({ id: 'ops' });
  expect(said(fields, { id: 'ops', name: 'Ops' }, { id: 'ops', name: 'Op' })).toEqual({ name: 'Ops' });
});

it('shows a value in a cell, and finds the address of a row', () => {
  const words = { yes: 'yes', no: 'no' };
  expect([true, null, ['a', 'b'], [], { x: 1 }, 7].map((each) => cell(each, words))).toEqual([
    'yes',
    '–',
    'a, b',
    '–',
    'x: 1',
    '7',
  ]);
  const secrets = SECTIONS.find((section) => section.id === 'secrets');
  expect(secrets && addressOf(secrets, { name: 'a/b' }, '/v1/secrets/{secret}')).toBe('/v1/secrets/a%2Fb');
});
