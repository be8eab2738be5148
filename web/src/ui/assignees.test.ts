import { expect, it } from 'vitest';
import { choices, named, packed, unpacked } from './assignees';

const KNOWN = { users: [{ id: 'ops', name: 'Ops Person' }], teams: [{ id: 'ops', name: '' }], partners: [] };

it('tells a person from a team of the same id', () => {
  const value = { users: ['ops'], teams: ['ops'], partners: [] };
  expect(packed(value)).toEqual(['users:ops', 'teams:ops']);
  expect(unpacked(packed(value))).toEqual(value);
  expect(unpacked(['users:a:b'])).toEqual({ users: ['a:b'], teams: [], partners: [] });
});

it('offers everybody by name, and whoever was chosen before', () => {
  const found = choices(KNOWN, { users: ['gone'], teams: [], partners: [] });
  expect(found).toEqual([
    {
      kind: 'users',
      items: [
        { value: 'users:ops', label: 'Ops Person' },
        { value: 'users:gone', label: 'gone' },
      ],
    },
    { kind: 'teams', items: [{ value: 'teams:ops', label: 'ops' }] },
  ]);
});

it('calls whoever has no name by the id', () => {
  expect(named(KNOWN.teams)).toEqual([{ value: 'ops', label: 'ops' }]);
  expect(named(undefined)).toEqual([]);
});
