// Takes out of the lock where packages were fetched from: their hashes say what they are, the machine says where from.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const each of Object.values(lock.packages)) delete each.resolved;
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
