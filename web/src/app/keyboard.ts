// The keyboard: a key or two keys in a row, what it does, and where it holds. Single keys do nothing while a field
// has the focus, and can be switched off (WCAG 2.1.4).
import { useEffect } from 'react';
import { useSettings } from './settings';

export type Shortcut = { keys: string; does: string; run: () => void };

const registered = new Map<string, Shortcut>();
let prefix = '';
let prefixAt = 0;

export function shortcuts(): Shortcut[] {
  return [...registered.values()];
}

function typing(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return !!element?.closest('input, textarea, select, [contenteditable="true"], [role="textbox"]');
}

/** The name of a pressed key as shortcuts are written: `mod+Enter`, `g`, `Escape`. */
export function named(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  return `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${event.key}`;
}

export function pressed(event: KeyboardEvent, singles: boolean): void {
  const key = named(event);
  const single = !key.startsWith('mod+') && key !== 'Escape';
  if (single && (!singles || typing(event.target))) return;
  const sequence = event.timeStamp - prefixAt < 1_000 && prefix ? `${prefix} ${key}` : key;
  const found = registered.get(sequence) ?? registered.get(key);
  prefix = found ? '' : key;
  prefixAt = event.timeStamp;
  if (!found) return;
  event.preventDefault();
  found.run();
}

/** Holds while the component is shown. */
export function useShortcut(keys: string, does: string, run: () => void): void {
  useEffect(() => {
    registered.set(keys, { keys, does, run });
    return () => {
      if (registered.get(keys)?.run === run) registered.delete(keys);
    };
  }, [keys, does, run]);
}

export function useKeyboard(): void {
  const { shortcuts: singles } = useSettings();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => pressed(event, singles);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [singles]);
}
