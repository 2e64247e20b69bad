import { inspect } from 'node:util';
import { ServiceError } from '../errors/kinds.js';
import { decode, encode } from './codec.js';
import { definitionOf, fieldTypeOf, type ObjectDefinition } from './definitions.js';
import type { FieldType } from './fieldtype.js';
import type { ObjectFields, ObjectName } from './generated/fields.js';
import { isRecord, type Primitive } from './primitive.js';

export type FieldsOf<N extends ObjectName> = ObjectFields[N];
export type FieldName<N extends ObjectName> = keyof ObjectFields[N] & string;

/** A value that still has the form in which it came; decoded when somebody asks for it. */
class Undecoded {
  constructor(readonly json: unknown) {}
}

const envelopeKeys: ReadonlySet<string> = new Set([
  'nova_object.name',
  'nova_object.namespace',
  'nova_object.version',
  'nova_object.data',
  'nova_object.changes',
]);

function store(type: FieldType, json: unknown): unknown {
  return type.asIs || json === null || (type.kind === 'unknown' && typeof json !== 'object')
    ? json
    : new Undecoded(json);
}

function wellFormed(primitive: Primitive): Primitive {
  const { 'nova_object.name': name, 'nova_object.version': version, 'nova_object.data': data } = primitive;
  if (typeof name === 'string' && typeof version === 'string' && isRecord(data)) return primitive;
  throw new ServiceError('Invalid', `a versioned object ${inspect(name)} without nova_object.version or .data`);
}

/**
 * One of Nova's versioned objects (oslo.versionedobjects), at the version at which it came or was created.
 *
 * A field is unset (Python would load it), null, or holds a value. Fields and versions that we do not know are kept and
 * go out again as they came. Values are not to be changed in place: `set` is what records a change.
 */
export class NovaObject<N extends ObjectName = ObjectName> {
  readonly name: N;
  readonly namespace: string;
  readonly version: string;
  readonly #definition: ObjectDefinition | undefined;
  readonly #fields = new Map<string, unknown>();
  readonly #changed: Set<string>;
  /** What else stood in the envelope; nothing, so far. */
  readonly #rest: readonly (readonly [string, unknown])[];

  /** Takes over an object as it travels; the caller leaves it alone from here on. Throws Invalid if it has no such form. */
  constructor(primitive: Primitive) {
    const { 'nova_object.data': data } = wellFormed(primitive);
    this.name = primitive['nova_object.name'] as N;
    this.namespace = primitive['nova_object.namespace'];
    this.version = primitive['nova_object.version'];
    this.#definition = definitionOf(this.name);
    this.#changed = new Set(primitive['nova_object.changes']);
    this.#rest = Object.entries(primitive).filter(([key]) => !envelopeKeys.has(key));
    this.absorb(data);
  }

  #typeOf(field: string): FieldType {
    return fieldTypeOf(this.#definition, field);
  }

  #value(field: string): unknown {
    const held = this.#fields.get(field);
    if (!(held instanceof Undecoded)) return held;
    const make = (primitive: Primitive) => new NovaObject(primitive);
    const value = decode(this.#typeOf(field), held.json, { make, where: `${this.name}.${field}` });
    this.#fields.set(field, value);
    return value;
  }

  /** Names of the fields that are set (also those that we do not know), null or not. */
  fields(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** Is the field set (maybe to null)? */
  has(field: FieldName<N>): boolean {
    return this.#fields.has(field);
  }

  /** The field's value; undefined when it is unset. */
  peek<K extends FieldName<N>>(field: K): FieldsOf<N>[K] | undefined {
    return this.#value(field) as FieldsOf<N>[K] | undefined;
  }

  /** The field's value. Throws Internal when it is unset: whoever reads it has to see to it that it is loaded. */
  get<K extends FieldName<N>>(field: K): FieldsOf<N>[K] {
    const value = this.peek(field);
    if (value === undefined) throw new ServiceError('Internal', `${this.name}.${field} is not loaded`);
    return value;
  }

  /** A field that our definitions do not have (objects in it are objects), or any by its name; undefined when unset. */
  peekUntyped(field: string): unknown {
    return this.#value(field);
  }

  /** Sets the field and records it as changed, even when the value is the same (as upstream's setter does). */
  set<K extends FieldName<N>>(field: K, value: FieldsOf<N>[K]): void {
    // An undefined would be neither unset nor null on the wire.
    if (value === undefined) throw new ServiceError('Internal', `${this.name}.${field} cannot be set to undefined`);
    this.#fields.set(field, value);
    this.#changed.add(field);
  }

  /** Takes over fields as they travel (or already as objects) without recording a change. */
  absorb(data: Readonly<Record<string, unknown>>): void {
    for (const [field, json] of Object.entries(data)) {
      this.#fields.set(field, json instanceof NovaObject ? json : store(this.#typeOf(field), json));
    }
  }

  /** Forgets the field and that it changed. */
  unset(field: FieldName<N>): void {
    this.#fields.delete(field);
    this.#changed.delete(field);
  }

  /**
   * Fields that changed, in the order of the changes, then those that hold changed objects. A field that holds an object
   * counts when that object has changes, `objects` of a list object when a member has; the members of any other list do
   * not make it changed (obj_what_changed of oslo.versionedobjects).
   */
  changes(): readonly string[] {
    const found = new Set(this.#changed);
    for (const [field, held] of this.#fields) {
      // What was never decoded was never changed here, and its sender has said if it was changed there.
      if (!(held instanceof Undecoded) && this.#children(field, held).some((child) => child.changes().length > 0)) {
        found.add(field);
      }
    }
    return [...found];
  }

  /** The objects whose changes count as changes of this field. */
  #children(field: string, held: unknown): readonly NovaObject[] {
    if (held instanceof NovaObject) return [held];
    const counts = field === 'objects' && this.#definition?.isList === true && Array.isArray(held);
    return counts ? held.filter((member) => member instanceof NovaObject) : [];
  }

  /** These fields (all, unless said) and the objects in them count as unchanged from now on. */
  resetChanges(fields: readonly string[] = [...this.#changed, ...this.#fields.keys()]): void {
    for (const field of fields) {
      this.#changed.delete(field);
      if (this.#typeOf(field).object === undefined) continue;
      const value = this.#value(field);
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child instanceof NovaObject) child.resetChanges();
      }
    }
  }

  /** Records these fields as changed without changing them. */
  markChanged(fields: readonly string[]): void {
    for (const field of fields) this.#changed.add(field);
  }

  /** The form in which it travels: plain JSON that shares nothing that anybody changes. */
  toPrimitive(): Primitive {
    const data = Array.from(this.#fields, ([field, held]) => {
      return [field, held instanceof Undecoded ? held.json : encode(this.#typeOf(field), held)] as const;
    });
    const changes = this.changes();
    return {
      'nova_object.name': this.name,
      'nova_object.namespace': this.namespace,
      'nova_object.version': this.version,
      'nova_object.data': Object.fromEntries(data),
      ...(changes.length === 0 ? {} : { 'nova_object.changes': changes }),
      ...Object.fromEntries(this.#rest),
    };
  }

  clone(): NovaObject<N> {
    return new NovaObject<N>(this.toPrimitive());
  }

  /**
   * An object of the same version with just these fields, as far as they are set, and their changes: what a save sends,
   * so that nothing is written that was not meant.
   */
  partial(fields: readonly FieldName<N>[]): NovaObject<N> {
    const wanted: ReadonlySet<string> = new Set(fields);
    const { 'nova_object.data': data, 'nova_object.changes': changes = [], ...envelope } = this.toPrimitive();
    const kept = Object.entries(data).filter(([field]) => wanted.has(field));
    const changed = changes.filter((field) => wanted.has(field));
    return new NovaObject<N>({
      ...envelope,
      'nova_object.data': Object.fromEntries(kept),
      'nova_object.changes': changed,
    });
  }

  /** In a log or an assertion: which fields there are, never their values (user data, passwords, tokens). */
  [inspect.custom](): string {
    return `${this.name} ${this.version} {${this.fields().join(', ')}}`;
  }
}
