import type { Dump, DumpedField } from './dump.js';
import { enumName, enumsOf } from './enums.js';
import type { Later } from './registry.js';

const simple: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  FlexibleBoolean: 'boolean',
  Integer: 'number',
  NonNegativeInteger: 'number',
  Float: 'number',
  NonNegativeFloat: 'number',
  DateTime: 'Date',
  NetworkModel: 'readonly Vif[]',
  NetworkVIFModel: 'Vif',
};

interface Place {
  readonly dump: Dump;
  readonly object: string;
  readonly field: string;
}

function objectType(field: DumpedField, dump: Dump): string {
  const name = field.object ?? '';
  const subclasses = field.subclasses !== true ? [] : Object.keys(dump.objects);
  const names = [name, ...subclasses.filter((other) => dump.objects[other]?.parents.includes(name) === true)];
  return names.map((one) => `NovaObject<'${one}'>`).join(' | ');
}

function bareType(field: DumpedField, place: Place): string {
  if (field.object !== undefined) return objectType(field, place.dump);
  if (field.of !== undefined) {
    const members = tsType(field.of, place);
    if (field.type === 'Dict') return `Readonly<Record<string, ${members}>>`;
    if (field.type === 'Set') return `ReadonlySet<${members}>`;
    return `readonly ${/[| ]/.test(members) ? `(${members})` : members}[]`;
  }
  if (field.values !== undefined) return enumName(place.object, place.field, field.type);
  return simple[field.type] ?? 'string';
}

function tsType(field: DumpedField, place: Place): string {
  return bareType(field, place) + (field.nullable ? ' | null' : '');
}

/** later.json holds only simple types. */
function laterType(text: string): string {
  const bare = text.replace(/\?$/, '');
  return (simple[bare] ?? 'string') + (text.endsWith('?') ? ' | null' : '');
}

function interfaceOf(object: string, dump: Dump, later: Later): string {
  const { version, fields } = dump.objects[object]!;
  const lines = Object.entries(fields).map(
    ([field, type]) => `  readonly ${field}: ${tsType(type, { dump, object, field })};`,
  );
  const newer = Object.entries(later[object] ?? {}).map(
    ([field, type]) => `  /** Releases after ${dump.nova}. */\n  readonly ${field}: ${laterType(type)};`,
  );
  return `/** ${object} ${version} */\nexport interface ${object}Fields {\n${[...lines, ...newer].join('\n')}\n}\n`;
}

function enumLines(dump: Dump): string[] {
  return [...enumsOf(dump)].map(
    ([name, values]) => `export type ${name} = Open<${values.map((value) => `'${value}'`).join(' | ')}>;`,
  );
}

/** The TypeScript side of the definitions: one interface per object and the map from name to interface. */
export function typescriptOf(dump: Dump, later: Later): string {
  const names = Object.keys(dump.objects);
  return [
    `// Made by tools/objects/generate from nova ${dump.nova}. Do not edit.`,
    "import type { NovaObject } from '../object.js';",
    "import type { Vif } from '../vif.js';",
    '',
    '/** A value of this list, or one that a newer release added to it. */',
    'export type Open<T extends string> = T | (string & {});',
    '',
    ...enumLines(dump),
    '',
    ...names.map((name) => interfaceOf(name, dump, later)),
    '/** Object name -> its fields. */',
    'export interface ObjectFields {',
    ...names.map((name) => `  ${name}: ${name}Fields;`),
    '}',
    '',
    'export type ObjectName = keyof ObjectFields;',
    '',
  ].join('\n');
}
