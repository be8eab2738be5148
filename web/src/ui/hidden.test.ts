import { expect, it } from 'vitest';
import { shown } from './hidden';

it('shows what turns a text round, and what has no width', () => {
  expect(shown('Invoice \u202Exslx.exe')).toBe('Invoice [U+202E]xslx.exe');
  expect(shown('an\u200Bn and an\u200D\u200Cn')).toBe('an[U+200B]n and an[U+200D][U+200C]n');
  expect(shown('\uFEFFann\u{E0041}')).toBe('[U+FEFF]ann[U+E0041]');
});

it('leaves what a script or a picture is made of', () => {
  for (const text of [
    'نامه\u200Cای',
    'क्\u200Dष',
    '👩\u200D🚒',
    '🏴\u{E0067}\u{E0062}\u{E007F}',
    'שלום',
    '1\uFE0F\u20E3',
  ])
    expect(shown(text)).toBe(text);
});

it('leaves a text of any other signs', () => {
  expect(shown('Größe 5\u00A0m², <b>“x”</b>\n')).toBe('Größe 5\u00A0m², <b>“x”</b>\n');
});
