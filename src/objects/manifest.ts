import { ServiceError } from '../errors/kinds.js';
import { definitionOf, type MethodKind } from './definitions.js';
import type { ObjectName } from './generated/fields.js';

function collect(name: string, into: Map<string, string>): void {
  const definition = definitionOf(name);
  if (definition === undefined || into.has(name)) return;
  into.set(name, definition.version);
  for (const held of definition.holds) collect(held, into);
}

/**
 * The versions that we read of an object and of all that it may hold: the argument `object_versions` of conductor's
 * object_class_action_versions, which ports its result back to them (obj_tree_get_versions of oslo.versionedobjects).
 */
export function manifest(name: ObjectName): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  collect(name, found);
  return Object.fromEntries(found);
}

/**
 * How conductor is asked for a method: `class` by object_class_action_versions, `object` by object_action.
 * Throws Internal when Nova has no such remote method.
 */
export function remoteMethodKind(name: ObjectName, method: string): MethodKind {
  const kind = definitionOf(name)?.methods.get(method);
  if (kind === undefined) throw new ServiceError('Internal', `${name} has no remote method ${method}`);
  return kind;
}
