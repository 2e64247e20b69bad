import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Option } from '../../../src/config/option.js';
import { tables } from '../../../src/config/tables.js';

/** Read by the configuration itself, or given so that operators can write what they always wrote. */
const elsewhere = new Set(['auth_section', 'auth_type']);

describe('every option of the tables', () => {
  it('has an effect: some part of the service reads it; or it says that it has none', () => {
    const source = sourceOutside('config');
    const all = Object.values(tables).flatMap(({ options }) => Object.entries<Option<unknown>>(options));
    const unread = all.filter(([name]) => !elsewhere.has(name) && !new RegExp(`\\b${name}\\b`).test(source));
    const silent = all.filter(([, { idle }]) => idle !== undefined);
    const names = (options: typeof all): string[] => [...new Set(options.map(([name]) => name))].sort();
    assert.deepEqual(names(silent), names(unread));
  });
});

/** All of src but one room, without comments. */
function sourceOutside(room: string): string {
  const src = new URL('../../../src/', import.meta.url).pathname;
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  const wanted = files.filter((file) => file.endsWith('.ts') && !file.startsWith(room + path.sep));
  return wanted
    .map((file) => readFileSync(path.join(src, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ''))
    .join('\n');
}
