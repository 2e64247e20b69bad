import { readFileSync } from 'node:fs';
import { Trouble } from '../plane/trouble.js';

/** Tests that are not run, and why: lines of `TEST  # REASON`. */
export type SkipList = ReadonlyMap<string, string>;

const LINE = /^(?<test>tempest\.[\w.]+)\s+# (?<reason>\S.*)$/;

export function readSkipList(file = new URL('skips.txt', import.meta.url)): SkipList {
  return parseSkipList(readFileSync(file, 'utf8'));
}

/** @throws Trouble for a line that is neither empty nor a comment nor a test with a reason, or is there twice */
export function parseSkipList(text: string): SkipList {
  const skips = new Map<string, string>();
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const { test = '', reason = '' } = LINE.exec(line)?.groups ?? {};
    if (test === '') throw new Trouble(`"${line}" is no line of a skip list`, { hint: 'TEST  # REASON' });
    if (skips.has(test)) throw new Trouble(`${test} is in the skip list twice`);
    skips.set(test, reason);
  }
  return skips;
}
