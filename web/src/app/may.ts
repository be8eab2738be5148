// What a person may ask for, as the API told it: which pages are worth a link. What is refused, the API refuses.
import type { Me } from './session';

const REACHES = new Set(['all', 'team', 'own', 'assigned']);

/** `run.view.all` is `run.view`, and `definition.*` any operation on definitions. */
function covers(pattern: string, operation: string): boolean {
  const parts = pattern.split('.');
  const bare = REACHES.has(parts.at(-1) ?? '') ? parts.slice(0, -1) : parts;
  const words = bare.map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'));
  return new RegExp(`^${words.join('\\.')}$`).test(operation);
}

/** Whether somebody may ask for it at all, however far that goes. */
export function may(me: Pick<Me, 'grants' | 'deny'>, operation: string): boolean {
  const whole = (pattern: string) => !REACHES.has(pattern.split('.').at(-1) ?? '');
  if (me.deny.some((pattern) => whole(pattern) && covers(pattern, operation))) return false;
  return me.grants.some((pattern) => covers(pattern, operation));
}
