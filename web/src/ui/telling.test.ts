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
});

it('is complete when what the workflow asks for is there', () => {
  const rule = { reasons: ['lost'], many: false, required: true };
  expect(isComplete('abort', EMPTY, rule)).toBe(false);
  expect(isComplete('abort', { ...EMPTY, reasons: ['lost'] }, rule)).toBe(true);
  expect(isComplete('reopen', EMPTY, rule)).toBe(true);
  expect(isComplete('reject', EMPTY, undefined)).toBe(false);
});
