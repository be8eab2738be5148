// What a first visit loads: the entry script and everything it imports at once, as it travels (gzip).
// A screen's own code is loaded when it is opened and does not count. `node scripts/bundle.mjs [folder]`.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 250 * 1024;
const dist = process.argv[2] ? pathToFileURL(`${process.argv[2]}/`) : new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const entry = Object.keys(manifest).find((name) => manifest[name].isEntry);
const seen = new Set();

function gather(name) {
  if (seen.has(name)) return;
  seen.add(name);
  for (const each of manifest[name].imports ?? []) gather(each);
}

gather(entry);
const files = [...seen].map((name) => manifest[name].file).filter((file) => file.endsWith('.js'));
const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
console.log(
  `first load: ${(size / 1024).toFixed(0)} KB of script (gzip), limit ${LIMIT / 1024} KB, ${files.length} files`,
);
if (size > LIMIT) {
  console.error('The first load is larger than allowed: load screens when they are opened.');
  process.exit(1);
}
