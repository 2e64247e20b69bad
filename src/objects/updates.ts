import { ServiceError } from '../errors/kinds.js';
import type { ObjectName } from './generated/fields.js';
import { dehydrate } from './hydrate.js';
import { NovaObject } from './object.js';
import { isRecord, mapValues } from './primitive.js';

function changedList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((field) => typeof field === 'string') : [];
}

/**
 * Brings a local object up to what conductor's object_action answered in the first of its two results: values of fields
 * in JSON, and in `obj_what_changed` those that conductor did not save (remotable() of oslo.versionedobjects).
 * `sent` are the changes that went out with the call; changes made since are kept.
 */
export function applyUpdates<N extends ObjectName>(
  object: NovaObject<N>,
  updates: unknown,
  sent: readonly string[] = object.changes(),
): void {
  if (!isRecord(updates)) throw new ServiceError('Internal', `conductor's answer has no updates of ${object.name}`);
  const { obj_what_changed: stillChanged, ...fields } = updates;
  object.resetChanges(sent);
  object.absorb(mapValues(fields, (value) => (value instanceof NovaObject ? value : dehydrate(value))));
  object.markChanged(changedList(stillChanged));
}
