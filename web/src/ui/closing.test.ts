import { expect, it } from 'vitest';
import { common, ruleOf } from './closing';

const many = { reasons: ['lost', 'other'], choose: 'many' as const, required_on: ['abort'] };
const one = { reasons: ['other', 'rejected'], choose: 'one' as const, required_on: [] };

it('offers what all runs take, one reason where one of them takes one', () => {
  expect(common([many, one], 'abort')).toEqual({ reasons: ['other'], many: false, required: true });
  expect(common([many, null], 'close')).toEqual({ reasons: ['lost', 'other'], many: true, required: false });
  expect(common([null], 'abort').reasons).toEqual([]);
});

it('reads the rule of a document, with what it leaves out', () => {
  expect(ruleOf({ closing_reasons: { reasons: ['a'] } })).toEqual({
    reasons: ['a'],
    choose: 'one',
    required_on: [],
  });
  expect(ruleOf({})).toBeNull();
});
