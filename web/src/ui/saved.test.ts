import { expect, it } from 'vitest';
import { isBare, kept, opened, same, withoutEmpty } from './saved';

const KNOWN = ['assignee', 'team', 'status', 'overdue', 'sort'];

it('keeps what the list can be filtered by, as the API takes it', () => {
  const filters = { assignee: 'me', team: 'ops,leads', overdue: 'true', status: '', task: 'r/s' };
  expect(kept(filters, KNOWN)).toEqual({ assignee: 'me', team: ['ops', 'leads'], overdue: true });
});

it('comes back into the address as it was', () => {
  const filters = { assignee: 'me', team: 'ops,leads', overdue: 'false' };
  expect(opened(kept(filters, KNOWN))).toEqual(filters);
});

it('knows the same filters in another order', () => {
  expect(same({ a: '1', b: ['x', 'y'] }, { b: 'x,y', a: 1 })).toBe(true);
  expect(same({ a: '1' }, {})).toBe(false);
  expect(withoutEmpty({ a: '', b: 'x' })).toEqual({ b: 'x' });
});

it('tells an address that asks for nothing from one that asks for everything', () => {
  expect(isBare({})).toBe(true);
  expect(isBare({ show: 'all' })).toBe(false);
});
