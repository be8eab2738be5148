import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import builderDe from './builder.de';
import builderEn from './builder.en';
import deFirst from './de';
import enFirst from './en';
import toldDe from './told.de';
import toldEn from './told.en';

// What comes with a screen, and what every visit loads.
const de = { ...deFirst, builder: builderDe, told: toldDe };
const en = { ...enFirst, builder: builderEn, told: toldEn };

function names(words: object, before = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${before}${key}`] : names(value as object, `${before}${key}.`),
  );
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('words/'))
  .map((name) => readFileSync(`src/${name}`, 'utf8'))
  .join('\n');

it('says the same things in every language', () => {
  expect(names(de)).toEqual(names(en));
});

it('has every word a page asks for', () => {
  const asked = [...sources.matchAll(/\bt\('([a-z_.]+)'/g)].map((match) => match[1] as string);
  const known = names(en);
  // What is counted stands once for one and once for many.
  const said = (name: string) => known.includes(name) || known.includes(`${name}_other`);
  expect(asked.filter((name) => !said(name))).toEqual([]);
  expect(asked.length).toBeGreaterThan(50);
});
