import { createHash } from 'node:crypto';

/** What the name of a pending message's file says: `<sequence>-<key>.<starts>.json`. */
export interface EntryName {
  /** Arrival order; grows over restarts. */
  readonly sequence: number;
  readonly key: string;
  /** How often the work was started without an end. Counted by renaming: atomic, and `ls` shows it. */
  readonly starts: number;
}

const PATTERN = /^(\d{16})-([\w-]{1,64})\.(\d{1,3})\.json$/;

/** A `_unique_id` as part of a file name. Ours are hexadecimal; what a stranger sends may be anything, and is hashed then. */
export function keyOf(uniqueId: string): string {
  return /^[\w-]{1,64}$/.test(uniqueId) ? uniqueId : createHash('sha256').update(uniqueId).digest('hex');
}

export function formatEntryName({ sequence, key, starts }: EntryName): string {
  return `${String(sequence).padStart(16, '0')}-${key}.${starts}.json`;
}

/** Undefined for what is no such name. */
export function parseEntryName(name: string): EntryName | undefined {
  const [, sequence, key, starts] = PATTERN.exec(name) ?? [];
  if (sequence === undefined || key === undefined || starts === undefined) return undefined;
  return { sequence: Number(sequence), key, starts: Number(starts) };
}
