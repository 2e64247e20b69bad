import { createRequire } from 'node:module';
import { parseFieldType, unknownField, type FieldType } from './fieldtype.js';

/** Whom conductor runs a remotable method on: the class (object_class_action_versions) or an object (object_action). */
export type MethodKind = 'class' | 'object';

interface RegistryEntry {
  readonly version: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly later?: Readonly<Record<string, string>>;
  readonly methods?: Readonly<Record<string, MethodKind>>;
}

export interface ObjectDefinition {
  /** Version at which we create it: that of the oldest release served. */
  readonly version: string;
  /** Types of the fields of this version and of those later ones that we read. */
  readonly fields: ReadonlyMap<string, FieldType>;
  /** Objects that the fields of this version may hold, as Nova's own manifests count them (no subclasses). */
  readonly holds: readonly string[];
  /** A list object: its members' changes are changes of its one field `objects`. */
  readonly isList: boolean;
  readonly methods: ReadonlyMap<string, MethodKind>;
}

function define(entry: RegistryEntry): ObjectDefinition {
  const own = Object.entries(entry.fields).map(([name, text]) => [name, parseFieldType(text)] as const);
  const later = Object.entries(entry.later ?? {}).map(([name, text]) => [name, parseFieldType(text)] as const);
  const held = own.filter(([, type]) => type.kind === 'object' || (type.kind === 'list' && type.of?.kind === 'object'));
  return {
    version: entry.version,
    fields: new Map([...own, ...later]),
    holds: held.map(([, type]) => type.object ?? ''),
    isList: held.some(([name, type]) => name === 'objects' && type.kind === 'list'),
    methods: new Map(Object.entries(entry.methods ?? {})),
  };
}

// Constants, read when first asked for so that starting the service does not pay for them.
let registry: ReadonlyMap<string, RegistryEntry> | undefined;
const definitions = new Map<string, ObjectDefinition>();

function entries(): ReadonlyMap<string, RegistryEntry> {
  const require = createRequire(import.meta.url);
  registry ??= new Map(Object.entries(require('./generated/registry.json') as Record<string, RegistryEntry>));
  return registry;
}

/** What we know of an object; undefined for one that only a newer Nova has. */
export function definitionOf(name: string): ObjectDefinition | undefined {
  const known = definitions.get(name);
  if (known !== undefined) return known;
  const entry = entries().get(name);
  if (entry === undefined) return undefined;
  const made = define(entry);
  definitions.set(name, made);
  return made;
}

/** The type of a field; `unknownField` when the object or the field is not in our definitions. */
export function fieldTypeOf(definition: ObjectDefinition | undefined, field: string): FieldType {
  return definition?.fields.get(field) ?? unknownField;
}
