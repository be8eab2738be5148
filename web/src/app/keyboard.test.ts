import { expect, it, vi } from 'vitest';
import { EVERYWHERE, named, pressed, register, shortcuts } from './keyboard';

let now = 10_000;
function key(name: string, more: object = {}, focus = '') {
  now += 100;
  const event = {
    key: name,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    timeStamp: now,
    defaultPrevented: false,
    preventDefault: () => undefined,
    target: { blur: vi.fn() } as unknown as EventTarget,
    ...more,
  };
  pressed(event, (selector) => focus !== '' && selector.includes(focus));
  now += 0;
  return event;
}

function holding(keys: string, level?: number) {
  const run = vi.fn();
  const off = register({ keys, does: keys, run }, level);
  return { run, off };
}

it('knows one key, two in a row, and with the control key', () => {
  const held = ['c', 'g i', 'mod+Enter'].map((keys) => holding(keys));
  key('c');
  key('g');
  key('i');
  key('Enter', { ctrlKey: true });
  now += 5_000;
  key('g');
  now += 5_000;
  key('i');
  expect(held.map((each) => each.run.mock.calls.length)).toEqual([1, 1, 1]);
  for (const each of held) each.off();
});

it('does nothing by single keys while somebody types, and leaves the field by Escape', () => {
  const single = holding('c');
  const send = holding('mod+Enter');
  const close = holding('Escape');
  key('c', {}, 'textarea');
  key('Enter', { ctrlKey: true }, 'textarea');
  const event = key('Escape', {}, 'textarea');
  expect(single.run).not.toHaveBeenCalled();
  expect(send.run).toHaveBeenCalledOnce();
  expect(close.run).not.toHaveBeenCalled();
  expect((event.target as HTMLElement).blur).toHaveBeenCalledOnce();
  for (const each of [single, send, close]) each.off();
});

it('leaves a dialog and a focused button their own keys', () => {
  const enter = holding('Enter');
  const close = holding('Escape');
  key('Enter', {}, 'button');
  key('Escape', {}, 'aria-modal');
  expect(enter.run.mock.calls.length + close.run.mock.calls.length).toBe(0);
  key('Enter');
  expect(enter.run).toHaveBeenCalledOnce();
  for (const each of [enter, close]) each.off();
});

it('lets a page go before the shell, whichever came last, and gives the key back', () => {
  const page = holding('j');
  const shell = holding('j', EVERYWHERE);
  key('j');
  expect([page.run.mock.calls.length, shell.run.mock.calls.length]).toEqual([1, 0]);
  expect(shortcuts().filter((each) => each.keys === 'j')).toHaveLength(1);
  page.off();
  key('j');
  expect(shell.run).toHaveBeenCalledOnce();
  shell.off();
  expect(shortcuts()).toEqual([]);
});

it('reads a sign made with AltGr as that sign', () => {
  expect(named({ key: '[', ctrlKey: true, altKey: true, metaKey: false })).toBe('[');
});
