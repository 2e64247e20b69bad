import { createHash } from 'node:crypto';
import type { Dump, DumpedObject } from './dump.js';

/** What is kept of a dump: enough to say which object changed, and that nobody edited what was generated. */
export interface Fingerprints {
  readonly nova: string;
  /** object -> `<version>-<hash of everything the dump says about it>` */
  readonly objects: Readonly<Record<string, string>>;
  /** generated file -> hash */
  readonly files: Readonly<Record<string, string>>;
}

/** JSON with sorted keys, so that equal things have equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, held: unknown) =>
    typeof held === 'object' && held !== null && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
      : held,
  );
}

export function hash(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** Without the manifest: an object does not change because one that it holds does. */
function objectFingerprint({ manifest: _, ...object }: DumpedObject): string {
  return `${object.version}-${hash(canonical(object))}`;
}

export function fingerprintsOf(dump: Dump, files: Readonly<Record<string, string>>): Fingerprints {
  const map = <T>(from: Readonly<Record<string, T>>, make: (value: T) => string) =>
    Object.fromEntries(Object.entries(from).map(([name, value]) => [name, make(value)]));
  return { nova: dump.nova, objects: map(dump.objects, objectFingerprint), files: map(files, hash) };
}
