import { standingOf } from '../../src/objects/version.js';
import type { Dump } from './dump.js';
import { fingerprintsOf, type Fingerprints } from './fingerprint.js';
import { registryOf, type Registry, type RegistryEntry } from './registry.js';

export interface Difference {
  readonly object: string;
  /** What is different, for a person. */
  readonly what: string;
  /** The reader in src/objects takes this in its stride: a newer minor version with more in it. */
  readonly isTolerable: boolean;
}

function fieldDifferences(object: string, ours: RegistryEntry, theirs: RegistryEntry): Difference[] {
  const known = Object.entries(ours.fields).flatMap(([field, type]): Difference[] => {
    const found = theirs.fields[field];
    if (found === type) return [];
    const what = found === undefined ? `${field} is gone` : `${field} was ${type}, is ${found}`;
    return [{ object, what, isTolerable: found === `${type}?` }];
  });
  const added = Object.keys(theirs.fields).filter((field) => ours.fields[field] === undefined);
  return [...known, ...added.map((field) => ({ object, what: `${field} is new`, isTolerable: true }))];
}

function objectDifferences(object: string, ours: RegistryEntry, theirs: RegistryEntry): Difference[] {
  const fields = fieldDifferences(object, ours, theirs);
  if (ours.version === theirs.version) {
    const other = { object, what: 'an enumeration, a default or a signature changed', isTolerable: false };
    return fields.length > 0 ? fields.map((field) => ({ ...field, isTolerable: false })) : [other];
  }
  const isTolerable = standingOf(theirs.version, ours.version) === 'newer';
  return [{ object, what: `version was ${ours.version}, is ${theirs.version}`, isTolerable }, ...fields];
}

/** What a dump has otherwise than the definitions that are checked in; empty when it is what they were made from. */
export function compare(stored: Fingerprints, registry: Registry, dump: Dump): readonly Difference[] {
  const found = fingerprintsOf(dump, {}).objects;
  const theirs = registryOf(dump, {});
  const names = [...new Set([...Object.keys(stored.objects), ...Object.keys(found)])].sort();
  return names
    .filter((name) => stored.objects[name] !== found[name])
    .flatMap((object): readonly Difference[] => {
      const [our, their] = [registry[object], theirs[object]];
      if (our === undefined) return [{ object, what: 'is new', isTolerable: true }];
      if (their === undefined) return [{ object, what: 'is gone', isTolerable: false }];
      return objectDifferences(object, our, their);
    });
}

/** `26.2.2` -> `26`: releases of one number differ in fixes only. */
export function releaseOf(nova: string): string {
  return nova.split('.')[0] ?? nova;
}
