/** How a field is held in memory, as far as that differs from its JSON. */
export type FieldKind =
  'plain' | 'integer' | 'float' | 'time' | 'list' | 'set' | 'dict' | 'object' | 'vifs' | 'vif' | 'unknown';

export interface FieldType {
  readonly kind: FieldKind;
  readonly nullable: boolean;
  /** Members of a list, set or dict. */
  readonly of?: FieldType;
  /** The object that this field, or each member of this list, holds; subclasses of it may come as well. */
  readonly object?: string;
  /** JSON and memory are the same: nothing to decode, also in the members. */
  readonly asIs: boolean;
}

const kinds: Readonly<Record<string, FieldKind>> = {
  Integer: 'integer',
  NonNegativeInteger: 'integer',
  Float: 'float',
  NonNegativeFloat: 'float',
  DateTime: 'time',
  List: 'list',
  Set: 'set',
  Dict: 'dict',
  Object: 'object',
  NetworkModel: 'vifs',
  NetworkVIFModel: 'vif',
};

/** A field that our definitions do not have: a newer Nova sent it. Objects in it are found by their looks. */
export const unknownField: FieldType = { kind: 'unknown', nullable: true, asIs: false };

function asIs(kind: FieldKind, of: FieldType | undefined): boolean {
  if (kind === 'list' || kind === 'dict') return of?.asIs === true;
  return kind === 'plain';
}

/** Reads the registry's notation: `String?`, `Dict<String?>`, `List<Object<Tag>>`, `Object<DeviceBus+>?`. */
export function parseFieldType(text: string): FieldType {
  const nullable = text.endsWith('?');
  const bare = nullable ? text.slice(0, -1) : text;
  const open = bare.indexOf('<');
  const kind = kinds[open === -1 ? bare : bare.slice(0, open)] ?? 'plain';
  if (open === -1) return { kind, nullable, asIs: kind === 'plain' };
  const inner = bare.slice(open + 1, -1);
  if (kind === 'object') return { kind, nullable, object: inner.replace('+', ''), asIs: false };
  const of = parseFieldType(inner);
  return { kind, nullable, of, asIs: asIs(kind, of), ...(of.object === undefined ? {} : { object: of.object }) };
}
