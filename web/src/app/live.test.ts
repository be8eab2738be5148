import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { concerned, listen, pace } from './live';

class Source {
  static all: Source[] = [];
  readyState = 0;
  private heard = new Map<string, (message: unknown) => void>();
  constructor(readonly address: string) {
    Source.all.push(this);
  }
  addEventListener(name: string, told: unknown) {
    this.heard.set(name, told as (message: unknown) => void);
  }
  close() {
    this.readyState = 2;
  }
  say(name: string, data?: unknown) {
    if (name === 'open') this.readyState = 1;
    this.heard.get(name)?.({ data: JSON.stringify(data ?? null) });
  }
}

class Page extends EventTarget {
  hidden = false;
}

let page: Page;
let client: QueryClient;
let asked: string[];

function begin(run?: string) {
  const end = listen(client, run, (at) => new Source(at) as never);
  return { end, source: () => Source.all[Source.all.length - 1] as Source };
}

function kept(key: unknown[], data: unknown) {
  client.setQueryData(key, data);
  void client.prefetchQuery({ queryKey: key, queryFn: () => data });
}

beforeEach(() => {
  vi.useFakeTimers();
  Source.all = [];
  asked = [];
  page = new Page();
  vi.stubGlobal('document', page);
  client = new QueryClient();
  vi.spyOn(client, 'invalidateQueries').mockImplementation((filters) => {
    for (const query of client.getQueryCache().getAll())
      if (filters?.predicate?.(query)) asked.push(JSON.stringify(query.queryKey));
    return Promise.resolve();
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a run is asked for again when it went on, and only that run', () => {
  const told = { event: 'run', id: 'r1', seq: 7 } as const;
  expect(concerned(told, ['run', 'r1'], { seq: 6 })).toBe(true);
  expect(concerned(told, ['run', 'r1'], { seq: 7 })).toBe(false);
  expect(concerned(told, ['run', 'r1'], undefined)).toBe(true);
  expect(concerned(told, ['run', 'r1', 'events'], [{ seq: 7 }])).toBe(true);
  expect(concerned(told, ['run', 'r2'], { seq: 1 })).toBe(false);
  expect(concerned(told, ['tasks', {}], undefined)).toBe(false);
});

test('of a list only its first page and its counts are asked for', () => {
  const told = { event: 'task', run: 'r1', step: 'a', change: 'added' } as const;
  expect(concerned(told, ['head', 'tasks', {}], undefined)).toBe(true);
  expect(concerned(told, ['tasks', 'count', {}], undefined)).toBe(true);
  expect(concerned(told, ['tasks', { sort: 'due' }], undefined)).toBe(false);
  expect(concerned(told, ['head', 'runs', {}], undefined)).toBe(false);
  expect(concerned(told, ['notices'], undefined)).toBe(true);
  expect(concerned({ ...told, change: 'gone' }, ['notices'], undefined)).toBe(false);
});

test('what was missed for too long concerns everything but who one is', () => {
  expect(concerned({ event: 'reset' }, ['records', 'x'], undefined)).toBe(true);
  expect(concerned({ event: 'reset' }, ['session'], undefined)).toBe(false);
});

test('many tasks are asked for once, a run at once', () => {
  kept(['head', 'tasks', {}], []);
  kept(['run', 'r1'], { seq: 1 });
  const { end, source } = begin('r1');
  expect(source().address).toBe('/v1/stream?tasks=me&run=r1');
  source().say('open');
  for (let n = 0; n < 50; n++) source().say('task', { run: 'r1', step: `s${n}`, change: 'added' });
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual(['["head","tasks",{}]']);
  source().say('run', { id: 'r1', seq: 2 });
  expect(asked).toEqual(['["head","tasks",{}]', '["run","r1"]']);
  end();
});

test('pages ask more rarely while they are told, and as ever when nothing is told', () => {
  const { end, source } = begin();
  expect(pace(1_000)).toBe(1_000);
  source().say('open');
  expect(pace(1_000)).toBe(8_000);
  expect(pace(1_000, 'r2')).toBe(1_000);
  source().say('error');
  expect(pace(1_000)).toBe(1_000);
  source().say('open');
  end();
  expect(pace(1_000)).toBe(1_000);
});

test('a page that nobody looks at listens to nothing, and catches up', () => {
  kept(['runs', {}], []);
  const { end, source } = begin();
  source().say('open');
  const first = source();
  page.hidden = true;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(first.readyState).toBe(2);
  expect(pace(1_000)).toBe(1_000);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(Source.all).toHaveLength(2);
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual(['["runs",{}]']);
  end();
  page.dispatchEvent(new Event('visibilitychange'));
  expect(Source.all).toHaveLength(2);
});

test('a connection that was refused for good is tried again later', () => {
  const { end, source } = begin();
  source().readyState = 2;
  source().say('error');
  source().say('error');
  vi.advanceTimersByTime(30_000);
  expect(Source.all).toHaveLength(2);
  end();
  vi.advanceTimersByTime(60_000);
  expect(Source.all).toHaveLength(2);
});
