import type { Dump, DumpedField, DumpedObject } from './dump.js';

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };

/** Types that are not simply text. A DateTime's format and the rest are defined in src/objects/formats.ts. */
const simple: Readonly<Record<string, Schema & { readonly type: string }>> = {
  Boolean: { type: 'boolean' },
  FlexibleBoolean: { type: 'boolean' },
  Integer: { type: 'integer' },
  NonNegativeInteger: { type: 'integer', minimum: 0 },
  Float: { type: 'number' },
  NonNegativeFloat: { type: 'number', minimum: 0 },
  DateTime: { ...text, format: 'iso-time' },
  IPAddress: { ...text, format: 'ip' },
  IPV4AndV6Address: { ...text, format: 'ip' },
  IPV4Address: { ...text, format: 'ipv4' },
  IPV6Address: { ...text, format: 'ipv6' },
  NetworkModel: { ...text, format: 'json-list' },
  NetworkVIFModel: { ...text, format: 'json-object' },
};

/** What every object on the wire has around its fields (VersionedObject.obj_to_primitive of oslo.versionedobjects). */
const envelope: Schema = {
  required: ['nova_object.name', 'nova_object.namespace', 'nova_object.version', 'nova_object.data'],
  properties: {
    'nova_object.name': text,
    'nova_object.namespace': text,
    'nova_object.version': { ...text, pattern: '^\\d+\\.\\d+(\\.\\d+)?$' },
    'nova_object.data': { type: 'object' },
    'nova_object.changes': { type: 'array', items: text },
  },
};

/** A value of an enumeration, or a text that Python matches from its beginning. A UUID is not checked: Nova only warns. */
function textSchema(field: DumpedField): Schema & { readonly type: string } {
  if (field.values !== undefined) {
    const values = [...new Set(field.values)];
    return { ...text, enum: field.nullable ? [...values, null] : values };
  }
  if (field.pattern === undefined || field.type === 'UUID') return text;
  return { ...text, pattern: field.pattern.startsWith('^') ? field.pattern : `^(?:${field.pattern})` };
}

/** A keyword of our own (src/objects/validate.ts): $ref would have ajv compile every object that an Instance may hold. */
function objectSchema(name: string, subclasses: boolean, dump: Dump): Schema & { readonly type: string } {
  const others = subclasses ? Object.keys(dump.objects) : [];
  const heirs = others.filter((other) => dump.objects[other]?.parents.includes(name) === true);
  return { type: 'object', novaObject: [name, ...heirs] };
}

function bareSchema(field: DumpedField, dump: Dump): Schema & { readonly type: string } {
  if (field.object !== undefined) return objectSchema(field.object, field.subclasses === true, dump);
  if (field.of === undefined) return simple[field.type] ?? textSchema(field);
  const members = fieldSchema(field.of, dump);
  return field.type === 'Dict' ? { type: 'object', additionalProperties: members } : { type: 'array', items: members };
}

function fieldSchema(field: DumpedField, dump: Dump): Schema {
  const bare = bareSchema(field, dump);
  return field.nullable ? { ...bare, type: [bare.type, 'null'] } : bare;
}

function schemaOf(object: DumpedObject, dump: Dump): Schema {
  const fields = Object.entries(object.fields);
  return { properties: Object.fromEntries(fields.map(([field, type]) => [field, fieldSchema(type, dump)])) };
}

/**
 * One JSON schema per object, of its nova_object.data; `Envelope` is that of every object's outside. No field is required
 * (an unset field does not travel) and none is forbidden (a newer Nova sends more).
 */
export function schemasOf(dump: Dump): Readonly<Record<string, Schema>> {
  const named = Object.entries(dump.objects).map(([name, object]) => [name, schemaOf(object, dump)] as const);
  return Object.fromEntries([['Envelope', envelope], ...named]);
}
