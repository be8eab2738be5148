import { expect, it } from 'vitest';
import { hidden, nextOf, preset, query } from './filters';

it('asks only for what it knows and what says something', () => {
  expect(query({ assignee: 'me', team: '', task: 'x', sort: 'title', overdue: 'true' }, [])).toEqual({
    assignee: 'me',
    overdue: true,
    sort: 'title',
  });
});

it('asks for the teams of the person where the address says mine, and for each of several', () => {
  expect(query({ team: 'mine' }, ['ops', 'leads'])).toEqual({ team: ['ops', 'leads'], sort: 'due' });
  expect(query({ team: 'a,b' }, ['ops'])).toEqual({ team: ['a', 'b'], sort: 'due' });
});

it('knows which preset the filters are, whatever is selected and however it is sorted', () => {
  expect(preset({ assignee: 'me', task: 'r/s', sort: 'title' })).toBe('mine');
  expect(preset({})).toBe('all');
  expect(preset({ show: 'all' })).toBe('all');
  expect(preset({ assignee: 'me', q: 'x' })).toBeUndefined();
});

it('counts the filters that no button shows', () => {
  expect(hidden({ assignee: 'me' })).toBe(0);
  expect(hidden({ assignee: 'ben', definition: 'refund', q: 'x' })).toBe(2);
});

it('selects the next task when one is gone', () => {
  expect(nextOf(['a', 'b', 'c'], 'b')).toBe('c');
  expect(nextOf(['a', 'b'], 'b')).toBe('a');
  expect(nextOf(['a'], 'a')).toBeUndefined();
});
