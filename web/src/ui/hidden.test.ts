import { expect, it } from 'vitest';
import { shown } from './hidden';
// Pages for people outside are made in Python and tested by the same texts (tests/api/test_public_forms.py).
import cases from './hidden.cases.json';

it('shows what turns a text round, and what has no width', () => {
  for (const [written, seen] of cases.shown) expect(shown(written ?? '')).toBe(seen);
});

it('leaves what a script or a picture is made of, and any other signs', () => {
  for (const text of cases.left) expect(shown(text)).toBe(text);
});
