import { createHash } from 'node:crypto';

/** What the name of a pending message's file says: `<sequence>-<key>.<attempts>.<unended>.json`. */
export interface EntryName {
  /** Arrival order; grows over restarts. */
  readonly sequence: number;
  readonly key: string;
  /** How often the work was started. Counted by renaming: atomic, and `ls` shows it. */
  readonly attempts: number;
  /** Those of the starts that nobody ended in good order: the process died. */
  readonly unended: number;
}

const PATTERN = /^(\d{16})-([\w-]{1,64})\.(\d{1,9})\.(\d{1,3})\.json$/;

/** A `_unique_id` as part of a file name. Ours are hexadecimal; what a stranger sends may be anything, and is hashed then. */
export function keyOf(uniqueId: string): string {
  return /^[\w-]{1,64}$/.test(uniqueId) ? uniqueId : createHash('sha256').update(uniqueId).digest('hex');
}

export function formatEntryName({ sequence, key, attempts, unended }: EntryName): string {
  return `${String(sequence).padStart(16, '0')}-${key}.${attempts}.${unended}.json`;
}

/** Undefined for what is no such name. */
export function parseEntryName(name: string): EntryName | undefined {
  const [, sequence, key, attempts, unended] = PATTERN.exec(name) ?? [];
  if (key === undefined) return undefined;
  return { sequence: Number(sequence), key, attempts: Number(attempts), unended: Number(unended) };
}
