import { expect, it } from 'vitest';
import { nextOf, preset, query } from './filters';

it('asks only for what it knows and what says something', () => {
  expect(query({ assignee: 'me', team: '', task: 'x', sort: 'title' }, [])).toEqual({
    assignee: 'me',
    sort: 'title',
  });
});

it('asks for the teams of the person where the address says mine', () => {
  expect(query({ team: 'mine' }, ['ops', 'leads'])).toEqual({ team: 'ops,leads', sort: 'due' });
});

it('knows which preset the filters are, whatever is selected and however it is sorted', () => {
  expect(preset({ assignee: 'me', task: 'r/s', sort: 'title' })).toBe('mine');
  expect(preset({})).toBe('all');
  expect(preset({ assignee: 'me', q: 'x' })).toBeUndefined();
});

it('selects the next task when one is gone', () => {
  expect(nextOf(['a', 'b', 'c'], 'b')).toBe('c');
  expect(nextOf(['a', 'b'], 'b')).toBe('a');
  expect(nextOf(['a'], 'a')).toBeUndefined();
});
