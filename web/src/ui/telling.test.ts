import { expect, it } from 'vitest';
import { asCommand, EMPTY, isComplete } from './telling';

it('becomes the body of the command', () => {
  const said = { ...EMPTY, text: ' late ', reasons: ['lost'], due: '2026-12-01' };
  expect(asCommand('skip', said)).toEqual({ reason: 'late' });
  expect(asCommand('skip', EMPTY)).toEqual({});
  expect(asCommand('abort', said)).toEqual({ reasons: ['lost'], text: 'late' });
  expect(asCommand('set_due', said)).toEqual({ due: '2026-12-01' });
  expect(asCommand('set_due', EMPTY)).toEqual({ due: null });
  expect(asCommand('claim', said)).toEqual({});
  expect(asCommand('assign', { ...EMPTY, people: { users: ['a'], teams: [], partners: [] } })).toEqual({
    users: ['a'],
    teams: [],
    partners: [],
  });
  expect(asCommand('escalate', { ...said, inbox: 'leads' })).toEqual({ inbox: 'leads', reason: 'late' });
});

it('is complete when what the workflow asks for is there', () => {
  const rule = { reasons: ['lost'], many: false, required: true };
  expect(isComplete('abort', EMPTY, rule)).toBe(false);
  expect(isComplete('abort', { ...EMPTY, reasons: ['lost'] }, rule)).toBe(true);
  expect(isComplete('reopen', EMPTY, rule)).toBe(true);
  expect(isComplete('reject', EMPTY, undefined)).toBe(false);
  const reason = { ...EMPTY, text: 'late' };
  expect(isComplete('escalate', reason, undefined)).toBe(false);
  expect(isComplete('escalate', { ...reason, inbox: 'leads' }, undefined)).toBe(true);
});
