import { expect, it } from 'vitest';
import { type Happened, shown, told } from './happened';

const event = (type: string, data: object = {}) => ({ seq: 1, at: '', type, data }) as unknown as Happened;

it('says what people did, the newest first, and what machines did on wish', () => {
  const events = [event('run_started'), event('effect_requested'), event('step_done')];
  expect(shown(events, false).map((each) => each.type)).toEqual(['step_done', 'run_started']);
  expect(shown(events, true)).toHaveLength(3);
});

it('tells why, what was chosen and who was asked', () => {
  expect(told(event('run_saved', { reason: 'Lunch' }))).toBe('Lunch');
  expect(told(event('step_done', { choices: ['grant'], done_by: 'person' }))).toBe('grant');
  expect(told(event('run_aborted', { reasons: ['lost'], text: 'gone' }))).toBe('lost · gone');
  expect(told(event('step_assigned', { assignees: { users: ['ann'], teams: ['ops'] } }))).toBe('ann · ops');
  expect(told(event('due_changed', { due: '2026-12-01' }))).toBe('2026-12-01');
  expect(told({ seq: 1, at: '', type: 'step_ready' } as Happened)).toBe('');
});
