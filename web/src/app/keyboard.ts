// The keyboard: a key or two keys in a row, what it does, and where it holds. Single keys do nothing while a field has
// the focus or a dialog is open; all of them can be switched off (WCAG 2.1.4).
import { useEffect } from 'react';
import { useSettings } from './settings';

export type Shortcut = { keys: string; does: string; run: () => void };
type Registered = Shortcut & { level: number };

/** A key of a page goes before the same key of the shell around it, whichever was drawn last. */
export const EVERYWHERE = 0;
const PAGE = 1;
const TOGETHER = 1_000;
// What letters are typed into; a box to tick is not.
const FIELDS =
  'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"]), textarea, select, [contenteditable="true"], [role="textbox"], [role="combobox"]';
const OWN_KEYS = '[role="dialog"][aria-modal="true"], [role="menu"], [role="listbox"]';
const PRESSED_BY_ENTER =
  'a, button, summary, [role="button"], [role="tab"], [role="radio"], [role="checkbox"]';

let registered: Registered[] = [];
let prefix = '';
let prefixAt = 0;

/** What holds now, each key once. */
export function shortcuts(): Shortcut[] {
  const names = [...new Set(registered.map((each) => each.keys))];
  return names.map((keys) => found(keys) as Shortcut);
}

function found(keys: string): Shortcut | undefined {
  const all = registered.filter((each) => each.keys === keys);
  return all.reduce<Registered | undefined>(
    (best, each) => (best && best.level > each.level ? best : each),
    undefined,
  );
}

/** The name of a pressed key as shortcuts are written: `mod+Enter`, `g`, `Escape`. AltGr only makes a sign. */
export function named(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const sign = event.ctrlKey && event.altKey && event.key.length === 1;
  if (sign) return event.key;
  return `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${event.key}`;
}

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'timeStamp' | 'defaultPrevented' | 'preventDefault'
> & { target: EventTarget | null };

/** Does what the key stands for, where one may: `within` says what the focus is in. */
export function pressed(event: Pressed, within: (selector: string) => boolean): void {
  if (event.defaultPrevented || within(OWN_KEYS)) return;
  const key = named(event);
  const field = within(FIELDS);
  if (field && key === 'Escape') {
    // A search field would be emptied by the browser.
    event.preventDefault();
    (event.target as HTMLElement).blur();
    return;
  }
  if (!key.startsWith('mod+') && (field || (key === 'Enter' && within(PRESSED_BY_ENTER)))) return;
  const two = event.timeStamp - prefixAt < TOGETHER && prefix ? found(`${prefix} ${key}`) : undefined;
  const shortcut = two ?? found(key);
  prefix = shortcut ? '' : key;
  prefixAt = event.timeStamp;
  if (!shortcut) return;
  event.preventDefault();
  shortcut.run();
}

/** Holds from now on, until what is given back is called. */
export function register(shortcut: Shortcut, level = PAGE): () => void {
  const own: Registered = { ...shortcut, level };
  registered = [...registered, own];
  return () => {
    registered = registered.filter((each) => each !== own);
  };
}

/** Holds while the component is shown and there is something to `run`. */
export function useShortcut(keys: string, does: string, run: (() => void) | undefined, level = PAGE): void {
  useEffect(() => (run ? register({ keys, does, run }, level) : undefined), [keys, does, run, level]);
}

function open(selector: string): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null && selector === OWN_KEYS;
}

export function useKeyboard(): void {
  const { shortcuts: on } = useSettings();
  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent) => {
      const element = event.target instanceof Element ? event.target : null;
      pressed(event, (selector) => open(selector) || !!element?.closest(selector));
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [on]);
}
