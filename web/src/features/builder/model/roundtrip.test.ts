// Every template and every ready step, opened in the builder and saved, is the same document.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Obj, objects, stepsOf, withMember } from './document';
import { begun, changed, redone, undone } from './history';
import { moveStep } from './edit';
import { renameStep } from './rename';
import { fromYaml, toYaml } from './yaml';

const CATALOG = '../definitions/catalog';
const read = (folder: string) =>
  readdirSync(`${CATALOG}/${folder}`)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => [name, parse(readFileSync(`${CATALOG}/${folder}/${name}`, 'utf8')) as Obj] as const);
const documents = [...read('templates'), ...read('snippets')];

it('has something to look at', () => expect(documents.length).toBeGreaterThan(20));

it.each(documents)('%s is the same after the YAML view', (_, document) => {
  expect(fromYaml(toYaml(document))).toEqual({ document });
});

it.each(documents)('%s keeps the order of its keys there', (_, document) => {
  const back = fromYaml(toYaml(document));
  expect(JSON.stringify('document' in back && back.document)).toBe(JSON.stringify(document));
});

it.each(documents)('%s is the same after every step was renamed, moved, and put back', (_, document) => {
  let now = document;
  for (const { id } of stepsOf(document))
    now = renameStep(renameStep(now, id, 'quite_other'), 'quite_other', id);
  for (const { id } of stepsOf(document).slice(1)) now = moveStep(moveStep(now, id, -1), id, 1);
  expect(now).toEqual(document);
});

it.each(documents)('%s is the same after undoing', (_, document) => {
  const history = changed(begun(document), withMember(document, 'name', 'Another'));
  expect(undone(history).now).toBe(document);
  expect(redone(undone(history)).now.name).toBe('Another');
});

it('keeps what it does not know', () => {
  const strange = {
    holdfast: 1,
    later: { deep: [1, { x: null }] },
    steps: [{ id: 'a', kind: 'new', own: 'x: # y' }],
  };
  expect(fromYaml(toYaml(strange))).toEqual({ document: strange });
  expect(objects(renameStep(strange, 'a', 'b').steps)[0]?.value).toEqual({
    id: 'b',
    kind: 'new',
    own: 'x: # y',
  });
});

it('says what cannot be read, and where', () => {
  expect(fromYaml('a: [1\nb: 2')).toMatchObject({ line: expect.any(Number) });
  expect(fromYaml('a: &x 1\nb: *x')).toEqual({ error: 'anchor', line: null });
  expect(fromYaml('- 1')).toEqual({ error: 'map', line: null });
  expect('error' in fromYaml('a: 1\na: 2')).toBe(true);
});

it('reads words as YAML 1.2 does', () => {
  const text = 'a: yes\nb: 2026-11-30\nc: 1.50\nd: "true"\ne: on';
  expect(fromYaml(text)).toEqual({ document: { a: 'yes', b: '2026-11-30', c: 1.5, d: 'true', e: 'on' } });
});
