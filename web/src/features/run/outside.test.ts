import { expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { outsideOf } from './outside';

const link = (journey: string | null, more = {}) => ({
  journey,
  link: 'l',
  to: null,
  at: 'today',
  revoked: false,
  ...more,
});
const detail = (more: object) =>
  ({
    kind: 'task',
    title: 'Visit',
    link: null,
    journeys: [],
    links: [],
    submitted: [],
    ...more,
  }) as unknown as Schemas['StepDetail'];

it('is a journey step itself, which has no name', () => {
  const [own] = outsideOf(
    detail({ kind: 'journey', link: 'https://here/1', links: [link(null, { to: 'eva@x.example' })] }),
  );
  expect(own).toMatchObject({ name: undefined, title: 'Visit', link: 'https://here/1', completes: true });
  expect(own?.sent?.to).toBe('eva@x.example');
});

it('is each form of a task, with its own link and answers', () => {
  const forms = ['a', 'b'].map((id) => ({
    id,
    title: id,
    complete: id === 'b',
    form: { schema: {} },
    link: null,
    link_path: null,
  }));
  const found = outsideOf(
    detail({
      journeys: forms,
      links: [link('b', { revoked: true })],
      submitted: [{ journey: 'a', output: {}, by: 'eva', at: 'now' }],
    }),
  );
  expect(found.map((each) => [each.name, each.completes, each.sent?.revoked, each.answers.length])).toEqual([
    ['a', false, undefined, 1],
    ['b', true, true, 0],
  ]);
});

it('is nothing where a task offers none', () => {
  expect(outsideOf(detail({}))).toEqual([]);
});
