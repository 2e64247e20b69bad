import type { Dump, DumpedField } from './dump.js';

/** `status` of InstanceExternalEvent -> `InstanceExternalEventStatus`: a name for an enumeration that Nova left nameless. */
function madeUpName(object: string, field: string): string {
  return (
    object +
    field
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')
  );
}

/** The TypeScript name of an enumerated field. */
export function enumName(object: string, field: string, kind: string): string {
  return kind === 'Enum' ? madeUpName(object, field) : kind;
}

function innermost(field: DumpedField): DumpedField {
  return field.of === undefined ? field : innermost(field.of);
}

/** Every enumeration of the dump: name -> values. Throws when two of the same name differ. */
export function enumsOf(dump: Dump): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [object, { fields }] of Object.entries(dump.objects)) {
    for (const [name, outer] of Object.entries(fields)) {
      const field = innermost(outer);
      if (field.values === undefined) continue;
      const key = enumName(object, name, field.type);
      const values = [...new Set(field.values)];
      const known = found.get(key);
      if (known !== undefined && known.join() !== values.join()) throw new Error(`two enumerations ${key} differ`);
      found.set(key, values);
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
