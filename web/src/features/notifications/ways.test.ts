import { expect, test } from 'vitest';
import { type Line, with_ } from './ways';

const line: Line = { kind: 'overdue', in_app: true, email: true, digest: false };

test('a mail comes at once or once a day, and the bell is beside it', () => {
  const daily = with_(line, 'digest', true);
  expect(daily).toEqual({ ...line, email: false, digest: true });
  expect(with_(daily, 'email', true)).toEqual(line);
  expect(with_(line, 'in_app', false)).toEqual({ ...line, in_app: false });
  expect(with_(line, 'email', false)).toEqual({ ...line, email: false });
});
