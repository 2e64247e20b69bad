// Usage: npx tsx tools/objects/generate.ts [python]      (python: the one that Nova is installed for)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dumpNova } from './dump.js';
import { fingerprintsOf } from './fingerprint.js';
import { registryOf, type Later } from './registry.js';
import { schemasOf } from './schemas.js';
import { generated as target } from './stored.js';
import { typescriptOf } from './typescript.js';

/** One entry a line: small enough to ship, and a change of Nova shows as changed lines. */
function linesOf(entries: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(entries).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

const python = process.argv[2] ?? '/usr/bin/python3';
const dump = dumpNova(python);
if (dump === undefined) {
  console.error(`${python} has no Nova: install python3-nova of the oldest release served, or name another python`);
  process.exit(1);
}

const later = JSON.parse(readFileSync(new URL('later.json', import.meta.url), 'utf8')) as Later;
const files = {
  'fields.ts': typescriptOf(dump, later),
  'registry.json': linesOf(registryOf(dump, later)),
  'schemas.json': linesOf(schemasOf(dump)),
};
mkdirSync(target, { recursive: true });
for (const [name, content] of Object.entries(files)) writeFileSync(new URL(name, target), content);
const fingerprints = fingerprintsOf(dump, files);
writeFileSync(new URL('fingerprints.json', target), JSON.stringify(fingerprints, null, 1) + '\n');
console.log(`${Object.keys(dump.objects).length} objects of nova ${dump.nova}`);
