import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '../plane/trouble.js';
import type { Result } from './results.js';

/**
 * What the runs of a workspace found, line by line as they found it: a run that is killed loses the tests that were on
 * their way, and no other.
 */
export interface Told {
  readonly results: readonly Result[];
  /** How long tempest ran for all of them. */
  readonly seconds: number;
}

type Line = Result | { readonly ran: number };

const fileOf = (folder: string): string => join(folder, 'results.jsonl');

export function tell(folder: string, lines: readonly Line[]): void {
  // A new line first: the one before may have been cut off when the machine went down.
  if (lines.length > 0) appendFileSync(fileOf(folder), lines.map((line) => `\n${JSON.stringify(line)}`).join(''));
}

export function told(folder: string): Told {
  const lines = readLines(fileOf(folder));
  const results = lines.filter((line): line is Result => 'test' in line);
  const seconds = lines.reduce((sum, line) => sum + ('ran' in line ? line.ran : 0), 0);
  return { results, seconds };
}

export function forget(folder: string): void {
  rmSync(fileOf(folder), { force: true });
}

function readLines(file: string): Line[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => readLine(line) ?? []);
}

/** Null for what was cut off. */
function readLine(line: string): Line | null {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return null;
  }
}
