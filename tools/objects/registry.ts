import type { Dump, DumpedField, DumpedObject, DumpedType } from './dump.js';

/** Fields that releases newer than the dumped one added and that we read: object -> field -> type. */
export type Later = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface RegistryEntry {
  readonly version: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly later?: Readonly<Record<string, string>>;
  readonly methods?: Readonly<Record<string, 'class' | 'object'>>;
}

export type Registry = Readonly<Record<string, RegistryEntry>>;

function typeText(field: DumpedType): string {
  if (field.object !== undefined) return `Object<${field.object}${field.subclasses === true ? '+' : ''}>`;
  if (field.of !== undefined) return `${field.type}<${fieldText(field.of)}>`;
  return field.type;
}

/** A field's type in the short grammar that src/objects/fieldtype.ts reads: `String?`, `List<Object<Tag>>`. */
export function fieldText(field: DumpedField): string {
  return typeText(field) + (field.nullable ? '?' : '');
}

function entry(object: DumpedObject, later: Readonly<Record<string, string>> | undefined): RegistryEntry {
  const fields = Object.fromEntries(Object.entries(object.fields).map(([name, field]) => [name, fieldText(field)]));
  const methods = Object.fromEntries(Object.entries(object.methods).map(([name, [kind]]) => [name, kind]));
  return {
    version: object.version,
    fields,
    ...(later === undefined ? {} : { later }),
    ...(Object.keys(methods).length === 0 ? {} : { methods }),
  };
}

/** What src/objects needs at run time to decode and create objects. */
export function registryOf(dump: Dump, later: Later): Registry {
  return Object.fromEntries(Object.entries(dump.objects).map(([name, object]) => [name, entry(object, later[name])]));
}
