import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { ahead, isEarly } from './ahead';
import { isWorth, newest, putBack, type Kept } from './kept';
import { localIn, replaced, withoutLocal } from './names';
import * as q from './queue';

function item(id: string, run: string, step: string, more: Partial<q.Item> = {}): q.Item {
  return {
    user: 'ann',
    run,
    name: run,
    title: step,
    body: { id, type: 'complete', step, output: { n: id } },
    state: 'waiting',
    ...more,
  };
}

const no = { code: 'invalid', message: 'No', errors: [] };

function sentOut(queue: q.Queue, answers: Record<string, 'ok' | 'no'>): { order: string[]; left: q.Queue } {
  const order: string[] = [];
  for (let at = q.next(queue, 'ann'); at; at = q.next(queue, 'ann')) {
    const { id } = at.body;
    order.push(id);
    queue = answers[id] === 'no' ? q.refused(queue, id, no) : q.without(q.sending(queue, id), id);
  }
  return { order, left: queue };
}

describe('the queue', () => {
  const three = [item('1', 'r', 'a'), item('2', 's', 'x'), item('3', 'r', 'b')].reduce<q.Queue>(q.add, []);

  it('is sent in the order it was given', () => {
    expect(sentOut(three, {})).toEqual({ order: ['1', '2', '3'], left: [] });
  });
  it('holds back what comes after a refused one of the same run, and nothing else', () => {
    const { order, left } = sentOut(three, { 1: 'no' });
    expect(order).toEqual(['1', '2']);
    expect(left.map((each) => [each.body.id, each.state])).toEqual([
      ['1', 'refused'],
      ['3', 'waiting'],
    ]);
    expect(left.map((each) => q.isBehind(left, each))).toEqual([false, true]);
  });
  it('keeps what was entered of a refused one, and takes the changed answer in its place', () => {
    const { left } = sentOut(three, { 1: 'no' });
    expect(left[0]?.body.output).toEqual({ n: '1' });
    const mended = q.add(left, item('4', 'r', 'a'));
    expect(mended.map((each) => each.body.id)).toEqual(['4', '3']);
    expect(sentOut(mended, {}).order).toEqual(['4', '3']);
  });
  it('sends a refused one again under a new id only when asked to', () => {
    const { left } = sentOut(three, { 1: 'no' });
    expect(q.next(left, 'ann')).toBeUndefined();
    const after = q.again(left, '1', '5');
    expect(after[0]).toMatchObject({ state: 'waiting', body: { id: '5', output: { n: '1' } } });
    expect(after[0]?.refusal).toBeUndefined();
  });
  it('takes the same once', () => {
    expect(q.add(three, item('1', 'r', 'a'))).toEqual(three);
    const twice = q.add(three, item('6', 'r', 'a'));
    expect(twice.map((each) => each.body.id)).toEqual(['6', '2', '3']);
    const leaving = q.sending(three, '1');
    expect(q.add(leaving, item('6', 'r', 'a'))).toEqual(leaving);
  });
  it('keeps notes to a step apart from what ends it', () => {
    const note = item('7', 'r', 'a', { body: { id: '7', type: 'note', step: 'a', text: 'x' } });
    expect(q.add(three, note)).toHaveLength(4);
  });
  it('goes on after a reload in between, under the same id', () => {
    const after = q.revived(q.sending(three, '1'));
    expect(after[0]).toMatchObject({ state: 'waiting', body: { id: '1' } });
    const no1 = q.refused(three, '1', no);
    expect(q.revived(no1)).toEqual(no1);
  });
  it('leaves what somebody else gave until they are signed in', () => {
    expect(q.next(three, 'ben')).toBeUndefined();
    expect(q.next(q.add(three, item('8', 't', 'a', { user: 'ben' })), 'ben')?.body.id).toBe('8');
  });
  it('takes only what means the same whenever it arrives', () => {
    expect(['complete', 'skip', 'note', 'revise', 'abort', 'assign'].map(q.canWait)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

type Step = Schemas['RunView']['steps'][number];

function run(
  ...steps: [id: string, kind: string, status: string, blockedBy?: string[]][]
): Schemas['RunView'] {
  const made = steps.map(
    ([id, kind, status, blocked_by = []]) =>
      ({ id, kind, status, blocked_by, can: [], skippable: false }) as unknown as Step,
  );
  return { id: 'r', steps: made } as unknown as Schemas['RunView'];
}

describe('the run as it will be', () => {
  const view = run(
    ['a', 'task', 'ready'],
    ['book', 'update_data', 'pending', ['a']],
    ['b', 'task', 'pending', ['book']],
    ['c', 'task', 'pending', ['b']],
    ['d', 'decision', 'pending', ['b']],
    ['e', 'task', 'pending', ['d']],
  );
  const statuses = (found: Schemas['RunView']) => found.steps.map((step) => step.status);

  it('is the run as it is where nothing waits', () => {
    expect(ahead(view, [])).toBe(view);
    expect(ahead(view, [item('1', 'other', 'a')])).toBe(view);
  });
  it('opens the next form, past what ends by itself', () => {
    const after = ahead(view, [item('1', 'r', 'a')]);
    expect(statuses(after)).toEqual(['unsent', 'pending', 'ready', 'pending', 'pending', 'pending']);
    expect(after.steps[2]?.can).toEqual(['complete']);
  });
  it('opens nothing behind what a person has to choose', () => {
    const after = ahead(view, [item('1', 'r', 'a'), item('2', 'r', 'b'), item('3', 'r', 'd')]);
    expect(statuses(after)).toEqual(['unsent', 'pending', 'unsent', 'ready', 'unsent', 'pending']);
  });
  it('foretells nothing from what was refused', () => {
    expect(ahead(view, [item('1', 'r', 'a', { state: 'refused', refusal: no })])).toBe(view);
  });
  it('says what would come too early', () => {
    const moving = run(
      ['a', 'task', 'done'],
      ['book', 'update_data', 'running'],
      ['b', 'task', 'pending', ['book']],
    );
    expect(isEarly(moving, 'b')).toBe(true);
    expect(isEarly(view, 'b')).toBe(false);
    expect(isEarly(moving, 'a')).toBe(false);
  });
});

describe('files of this device', () => {
  const answer = {
    s: { name: 'A', file: 'local:1' },
    p: [{ file: 'file-2' }, { file: 'local:3', name: 'x' }],
  };

  it('are found wherever they stand, each once', () => {
    expect(localIn({ ...answer, again: { file: 'local:1' } })).toEqual(['local:1', 'local:3']);
    expect(localIn('local:1')).toEqual([]);
  });
  it('are named as the API names them once they are there', () => {
    expect(replaced(answer, 'local:1', 'file-9')).toEqual({ ...answer, s: { name: 'A', file: 'file-9' } });
  });
  it('are left out of what a colleague is shown', () => {
    expect(withoutLocal(answer)).toEqual({ s: { name: 'A' }, p: [{ file: 'file-2' }] });
  });
});

describe('what is kept of what was loaded', () => {
  const kept = (key: unknown[], at: number): Kept => ({ key, data: at, at });

  it('is what a person works with', () => {
    expect(isWorth(['run', 'r', 'step', 'a', 4])).toBe(true);
    expect([isWorth(['run', 'r', 'events', 4]), isWorth(['versions'])]).toEqual([false, false]);
  });
  it('is a step once, as it was last', () => {
    const found = newest([
      kept(['run', 'r', 'step', 'a', 4], 1),
      kept(['run', 'r', 'step', 'a', 5], 2),
      kept(['run', 'r'], 0),
    ]);
    expect(found.map((each) => each.data)).toEqual([2, 0]);
  });
  it('is shown at once, never over what is newer, and asked for anew however young it is', () => {
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
    client.setQueryData(['run', 'r'], 'newer');
    putBack(client, [kept(['run', 'r'], 1), kept(['tasks', 'mine'], Date.now())]);
    expect(client.getQueryData(['run', 'r'])).toBe('newer');
    expect(client.getQueryData(['tasks', 'mine'])).toBeDefined();
    const isStale = (key: unknown[]) => client.getQueryCache().find({ queryKey: key })?.isStale();
    expect([isStale(['run', 'r']), isStale(['tasks', 'mine'])]).toEqual([false, true]);
  });
});
