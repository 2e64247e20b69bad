import type { Dump, DumpedField } from './dump.js';

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
  IPV4Address: { ...text, format: 'ipv4' },
  IPV6Address: { ...text, format: 'ipv6' },
  NetworkModel: { ...text, format: 'json-list' },
  NetworkVIFModel: { ...text, format: 'json-object' },
};

/** What every object on the wire has around its fields (VersionedObject.obj_to_primitive of oslo.versionedobjects). */
const envelope: Schema = {
  $id: 'Envelope',
  required: ['nova_object.name', 'nova_object.namespace', 'nova_object.version', 'nova_object.data'],
  properties: {
    'nova_object.name': text,
    'nova_object.namespace': text,
    'nova_object.version': { ...text, pattern: '^\\d+\\.\\d+(\\.\\d+)?$' },
    'nova_object.data': { type: 'object' },
    'nova_object.changes': { type: 'array', items: text },
  },
};

/** A value of an enumeration or a text that Python matches from its beginning. A UUID is not checked: Nova only warns. */
function textSchema(field: DumpedField): Schema & { readonly type: string } {
  if (field.values !== undefined) {
    const values = [...new Set(field.values)];
    return { ...text, enum: field.nullable ? [...values, null] : values };
  }
  const anchored = field.type !== 'UUID' && field.pattern?.startsWith('^') === true;
  return anchored ? { ...text, pattern: field.pattern } : text;
}

function objectSchema(name: string, subclasses: boolean, dump: Dump): Schema & { readonly type: string } {
  if (!subclasses) return { type: 'object', $ref: name };
  const names = Object.keys(dump.objects).filter((other) => dump.objects[other]?.parents.includes(name) === true);
  return {
    type: 'object',
    discriminator: { propertyName: 'nova_object.name' },
    required: ['nova_object.name'],
    oneOf: [name, ...names].map(($ref) => ({ $ref })),
  };
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

function schemaOf(name: string, dump: Dump): Schema {
  const fields = Object.entries(dump.objects[name]?.fields ?? {});
  const properties = Object.fromEntries(fields.map(([field, type]) => [field, fieldSchema(type, dump)]));
  return {
    $id: name,
    allOf: [{ $ref: 'Envelope' }],
    properties: { 'nova_object.name': { const: name }, 'nova_object.data': { properties } },
  };
}

/**
 * One JSON schema per object, referring to each other by name. No field is required (an unset field does not travel)
 * and none is forbidden (a newer Nova sends more).
 */
export function schemasOf(dump: Dump): Readonly<Record<string, Schema>> {
  const named = Object.keys(dump.objects).map((name) => [name, schemaOf(name, dump)] as const);
  return Object.fromEntries([['Envelope', envelope], ...named]);
}
