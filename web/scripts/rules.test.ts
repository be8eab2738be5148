// Our own rules, seen to bite: features stay apart, and the first load stays small.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, expect, it } from 'vitest';

const eslint = new ESLint();
/** Milliseconds: the first question loads all of the rules, which takes its time on a busy machine. */
const PATIENCE = 60_000;

async function said(path: string, from: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import { x } from '${from}';\nx();\n`, { filePath: path });
  return result?.messages.map((each) => each.ruleId ?? each.message) ?? [];
}

it.each([
  ['src/features/run/x.ts', '@/features/runs/model'],
  ['src/features/runs/x.ts', '../run/model'],
  ['src/features/run/form/x.ts', '../../work/filters'],
])(
  'tells a feature off that imports another: %s from %s',
  async (path, from) => {
    expect(await said(path, from)).toContain('no-restricted-imports');
  },
  PATIENCE,
);

it.each([
  ['src/features/run/form/x.ts', '../model'],
  ['src/features/run/x.ts', '@/ui/When'],
  ['src/app/x.ts', '@/features/run/model'],
])(
  'lets others be: %s from %s',
  async (path, from) => {
    expect(await said(path, from)).toEqual([]);
  },
  PATIENCE,
);

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })));

/** A built console of an entry, a part it imports at once and a screen it loads later, so many KB each. */
function built(entry: number, part: number, screen: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-console-'));
  made.push(folder);
  mkdirSync(join(folder, '.vite'));
  const manifest = {
    'index.html': { file: 'entry.js', isEntry: true, imports: ['part'], dynamicImports: ['screen'] },
    part: { file: 'part.js', imports: ['index.html'] },
    screen: { file: 'screen.js' },
  };
  writeFileSync(join(folder, '.vite', 'manifest.json'), JSON.stringify(manifest));
  for (const [name, size] of Object.entries({ entry, part, screen }))
    writeFileSync(join(folder, `${name}.js`), randomBytes(size * 1024));
  return folder;
}

const checked = (folder: string) =>
  spawnSync(process.execPath, ['scripts/bundle.mjs', folder], { encoding: 'utf8' });

it('refuses a build whose first visit loads too much, counting what the entry imports', () => {
  const { status, stderr } = checked(built(150, 120, 0));
  expect([status, stderr]).toEqual([1, expect.stringContaining('larger than allowed')]);
});

it('does not count what is loaded later', () => {
  const { status, stdout } = checked(built(150, 60, 400));
  expect([status, stdout]).toEqual([0, expect.stringContaining('210 KB')]);
});
