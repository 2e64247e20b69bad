/** An object as it travels (VersionedObject.obj_to_primitive of oslo.versionedobjects 3.0). */
export interface Primitive {
  readonly 'nova_object.name': string;
  readonly 'nova_object.namespace': string;
  readonly 'nova_object.version': string;
  /** Only the fields that are set. */
  readonly 'nova_object.data': Readonly<Record<string, unknown>>;
  /** Absent when nothing changed. */
  readonly 'nova_object.changes'?: readonly string[];
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/** A JSON object (or an object of ours), not an array, not null. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Does this look like a versioned object of Nova? Says nothing of the rest of its form. */
export function isPrimitive(value: unknown): value is Primitive {
  return isRecord(value) && Object.hasOwn(value, 'nova_object.name');
}

/** The same keys with other values. Object.fromEntries, because a tenant may call a key `__proto__`. */
export function mapValues(record: JsonRecord, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
