import { expect, it } from 'vitest';
import { Problem } from '@/api/client';
import { asOutput, body, type Definition, type Form, grouped, sourceOf } from './model';

const NOBODY = { users: [], teams: [], partners: [] };
const ANN = { ...NOBODY, users: ['ann'] };

it('groups what was published by what it works on', () => {
  const of = (key: string, record: string | null, version = 1) =>
    ({ key, record, version, archived: false }) as Definition;
  const found = grouped([
    of('b', 'demo.orders'),
    of('draft', null, 0),
    of('a', null),
    of('c', 'demo.orders'),
  ]);
  expect(found.map((group) => [group.collection, group.items.map((each) => each.key)])).toEqual([
    [null, ['a']],
    ['demo.orders', ['b', 'c']],
  ]);
});

it('names only who was chosen', () => {
  const form = { definition: 'd', version: 2 } as Form;
  const chosen = {
    record: undefined,
    inputs: { a: 1 },
    purposes: [],
    run: NOBODY,
    steps: { s: ANN, t: NOBODY },
  };
  expect(body(form, chosen, 'list')).toEqual({
    definition: 'd',
    version: 2,
    inputs: { a: 1 },
    purposes: [],
    assign: { s: ANN },
    labels: [],
    source: 'list',
  });
  expect(body(form, { ...chosen, record: 'o1', run: ANN }, 'summary')).toMatchObject({
    record: 'o1',
    assign: { run: ANN },
  });
});

it('puts what is wrong where the field is', () => {
  const wrong = new Problem(422, 'x', 'x', '', [{ path: '/inputs/why', code: 'c', message: 'm' }], '', {});
  expect((asOutput(wrong) as Problem).errors[0]?.path).toBe('/output/why');
  expect(sourceOf('workspace')).toBe('workspace');
  expect(sourceOf('api')).toBe('list');
});
