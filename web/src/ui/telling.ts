// The few words a command takes: a reason, people, a date, an inbox, closing reasons. What was said becomes the
// command's body.
import type { Closing } from './closing';
import { type Assignees, NOBODY } from './assignees';

export type Said = { text: string; reasons: string[]; people: Assignees; due: string; inbox: string };
export const EMPTY: Said = { text: '', reasons: [], people: NOBODY, due: '', inbox: '' };

const PLAIN = [
  'start',
  'release',
  'claim',
  'unclaim',
  'retry',
  'complete',
  'run_now',
  'approve',
  'reconcile',
];

/** What is asked for before this command is given. */
export function takes(name: string): 'nothing' | 'people' | 'due' | 'inbox' | 'closing' | 'reason' {
  if (PLAIN.includes(name)) return 'nothing';
  if (name === 'assign') return 'people';
  if (name === 'set_due') return 'due';
  if (name === 'escalate') return 'inbox';
  return name === 'abort' || name === 'close' || name === 'reopen' ? 'closing' : 'reason';
}

export function asCommand(name: string, said: Said): Record<string, unknown> {
  const text = said.text.trim();
  switch (takes(name)) {
    case 'nothing':
      return {};
    case 'people':
      return said.people;
    case 'due':
      return { due: said.due || null };
    case 'inbox':
      return { inbox: said.inbox, reason: text };
    case 'closing':
      return { reasons: said.reasons, ...(text ? { text } : {}) };
    default:
      return text ? { reason: text } : {};
  }
}

/** Whether enough was said: a refusal and a correction need their reason, an end what its workflow asks for. */
export function isComplete(name: string, said: Said, rule: Closing | undefined): boolean {
  if (name === 'reject') return said.text.trim() !== '';
  if (name === 'escalate') return said.inbox !== '' && said.text.trim() !== '';
  if (takes(name) === 'closing' && name !== 'reopen') return !rule?.required || said.reasons.length > 0;
  return true;
}
