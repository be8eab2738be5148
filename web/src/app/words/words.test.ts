import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import i18next from 'i18next';
import { expect, it } from 'vitest';
import { PAGES } from '../pages';
import de from './de';
import en from './en';

function names(words: object, before = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${before}${key}`] : names(value as object, `${before}${key}.`),
  );
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('words/'))
  .map((path) => ({ path, text: readFileSync(`src/${path}`, 'utf8') }));
const sources = files.map((file) => file.text).join('\n');

// What every visit loads, and then what comes with each screen: the words as they are once all were opened.
await i18next.init({
  resources: { en: { translation: structuredClone(en) }, de: { translation: structuredClone(de) } },
});
const said = (language: string) => i18next.getResourceBundle(language, 'translation') as object;
const first = names(en);
const screens: { folder: string; groups: string[] }[] = [];
for (const [path, load] of Object.entries(import.meta.glob('../../features/**/words.ts'))) {
  const before = new Set(Object.keys(said('en')));
  await load();
  const folder = posix.dirname(posix.join('app/words', path));
  screens.push({ folder, groups: Object.keys(said('en')).filter((group) => !before.has(group)) });
}
const known = names(said('en'));
// What is counted stands once for one and once for many.
const among = (all: readonly string[], name: string) => all.includes(name) || all.includes(`${name}_other`);

it('says the same things in every language', () => {
  expect(names(said('de'))).toEqual(known);
});

it('has every word a page asks for', () => {
  const asked = [...sources.matchAll(/\bt\(\s*'([a-z_.]+)'/g)].map((match) => match[1] as string);
  expect(asked.filter((name) => !among(known, name))).toEqual([]);
  expect(asked.length).toBeGreaterThan(50);
});

it('has words for every name a page puts together', () => {
  const asked = [...sources.matchAll(/\bt\(\s*`([a-z_.]+\.)\$\{/g)].map((match) => match[1] as string);
  expect(asked.filter((start) => !known.some((name) => name.startsWith(start)))).toEqual([]);
  expect(asked.length).toBeGreaterThan(20);
});

it('knows at the first visit what the links to all pages are called', () => {
  expect(PAGES.map((page) => page.name).filter((name) => !first.includes(name))).toEqual([]);
});

it('brings the words of a screen with it, and to nobody else', () => {
  const router = readFileSync('src/app/router.tsx', 'utf8');
  const opened = [...router.matchAll(/import\('@\/(.+)'\)/g)].map((match) => `${match[1]}.tsx`);
  for (const { folder, groups } of screens) {
    expect(groups, `${folder}/words.ts brings something of its own`).not.toEqual([]);
    const pages = files.filter(({ path }) => opened.includes(path) && posix.dirname(path) === folder);
    expect(pages, `${folder} has a page`).not.toEqual([]);
    expect(pages.filter(({ text }) => !text.includes("import './words';"))).toEqual([]);
    const word = new RegExp(`['\`](${groups.join('|')})\\.[a-z_$]`);
    const others = files.filter(({ path, text }) => !path.startsWith(`${folder}/`) && word.test(text));
    expect(
      others.map(({ path }) => path),
      `uses words that come with ${folder}`,
    ).toEqual([]);
  }
  expect(screens.length).toBeGreaterThan(5);
});
