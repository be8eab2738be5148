import { expect, it } from 'vitest';
import { may } from './may';

it('knows what grants come to', () => {
  const me = {
    grants: ['run.view', 'audit.read.own', 'definition.*.all'],
    deny: ['definition.publish', 'run.view.all'],
  };
  const asked = [
    'run.view',
    'audit.read',
    'definition.edit',
    'definition.publish',
    'people.manage',
    'run.views',
  ];
  expect(asked.filter((operation) => may(me, operation))).toEqual([
    'run.view',
    'audit.read',
    'definition.edit',
  ]);
});

it('an auditor sees everything and changes nothing', () => {
  const auditor = { grants: ['*.view.all', '*.read.all', 'run.verify.all'], deny: [] };
  expect(['run.view', 'audit.read', 'run.verify'].every((operation) => may(auditor, operation))).toBe(true);
  expect(['task.act', 'people.manage'].some((operation) => may(auditor, operation))).toBe(false);
});
