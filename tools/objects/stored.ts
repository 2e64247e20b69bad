import { readFileSync } from 'node:fs';
import type { Fingerprints } from './fingerprint.js';
import type { Registry } from './registry.js';

export const generated = new URL('../../src/objects/generated/', import.meta.url);

export interface Stored {
  readonly fingerprints: Fingerprints;
  readonly registry: Registry;
}

/** The definitions that are checked in. */
export function readStored(): Stored {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, generated), 'utf8'));
  return { fingerprints: read('fingerprints.json') as Fingerprints, registry: read('registry.json') as Registry };
}
