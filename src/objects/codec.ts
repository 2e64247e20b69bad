import { ServiceError } from '../errors/kinds.js';
import type { FieldKind, FieldType } from './fieldtype.js';
import { readJson, writeJson } from './exactjson.js';
import { isPrimitive, isRecord, mapValues, type Primitive } from './primitive.js';
import { formatIsoTime, parseIsoTime } from './time.js';

/** What decoding needs to know: how objects are made, and where we are (for an error). */
export interface Decoding {
  readonly make: (primitive: Primitive) => unknown;
  readonly where: string;
}

/** Anything that can turn itself into a primitive: a NovaObject. */
interface Encodable {
  toPrimitive(): Primitive;
}

function isEncodable(value: unknown): value is Encodable {
  return isRecord(value) && typeof value['toPrimitive'] === 'function';
}

function wrong(how: Decoding, expected: string): ServiceError {
  return new ServiceError('Invalid', `${how.where}: must be ${expected}`);
}

function decodeNumber(value: unknown, form: RegExp): unknown {
  return typeof value === 'string' && form.test(value) ? Number(value) : value;
}

function decodeTime(value: unknown, how: Decoding): unknown {
  const time = typeof value === 'string' ? parseIsoTime(value) : undefined;
  if (time === undefined) throw wrong(how, 'an ISO 8601 time');
  return time;
}

function decodeVifs(value: unknown, how: Decoding, isRight: (found: unknown) => boolean): unknown {
  const found = typeof value === 'string' ? readJson(value) : undefined;
  if (!isRight(found)) throw wrong(how, 'a text that holds the JSON of network interfaces');
  return found;
}

function decodeList(type: FieldType, value: unknown, how: Decoding): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(how, 'a list');
  return value.map((item: unknown) => decodeMember(type, item, how));
}

function decodeMember(type: FieldType, value: unknown, how: Decoding): unknown {
  return type.of === undefined ? value : decode(type.of, value, how);
}

function decodeUnknown(value: unknown, how: Decoding): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => decodeUnknown(item, how));
  if (!isRecord(value) || isEncodable(value)) return value;
  return isPrimitive(value) ? how.make(value) : mapValues(value, (held) => decodeUnknown(held, how));
}

type Decode = (type: FieldType, value: unknown, how: Decoding) => unknown;

const decoders: Readonly<Record<FieldKind, Decode>> = {
  plain: (_type, value) => value,
  // Nova's readers take a number's text for the number (Integer.coerce); ours change nothing else.
  integer: (_type, value) => decodeNumber(value, /^\s*[+-]?\d+\s*$/),
  float: (_type, value) => decodeNumber(value, /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i),
  time: (_type, value, how) => decodeTime(value, how),
  list: decodeList,
  set: (type, value, how) => new Set(decodeList(type, value, how)),
  dict: (type, value, how) => {
    if (!isRecord(value)) throw wrong(how, 'a map');
    return mapValues(value, (held) => decodeMember(type, held, how));
  },
  object: (_type, value, how) => {
    if (!isPrimitive(value)) throw wrong(how, 'an object');
    return how.make(value);
  },
  vifs: (_type, value, how) => decodeVifs(value, how, Array.isArray),
  vif: (_type, value, how) => decodeVifs(value, how, isRecord),
  unknown: (_type, value, how) => decodeUnknown(value, how),
};

/** JSON -> memory. Throws Invalid, naming the place, when the value has not the form of its type. */
export function decode(type: FieldType, value: unknown, how: Decoding): unknown {
  return value === null ? null : decoders[type.kind](type, value, how);
}

function encodeMembers(type: FieldType, value: readonly unknown[]): unknown {
  return type.of === undefined ? value : value.map((item) => encode(type.of!, item));
}

/** Objects, sets and times wherever they are; everything else stays. */
export function encodeUnknown(value: unknown, time: (value: Date) => string): unknown {
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (item) => encodeUnknown(item, time));
  if (value instanceof Date) return time(value);
  if (isEncodable(value)) return value.toPrimitive();
  return isRecord(value) ? mapValues(value, (held) => encodeUnknown(held, time)) : value;
}

const encoders: Partial<Record<FieldKind, (type: FieldType, value: unknown) => unknown>> = {
  list: (type, value) => encodeMembers(type, value as readonly unknown[]),
  set: (type, value) => encodeMembers(type, [...(value as ReadonlySet<unknown>)]),
  dict: (type, value) => mapValues(value as Record<string, unknown>, (held) => encode(type.of!, held)),
  time: (_type, value) => formatIsoTime(value as Date),
  object: (_type, value) => (value as Encodable).toPrimitive(),
  vifs: (_type, value) => writeJson(value),
  vif: (_type, value) => writeJson(value),
  unknown: (_type, value) => encodeUnknown(value, formatIsoTime),
};

/** Memory -> JSON. */
export function encode(type: FieldType, value: unknown): unknown {
  if (value === null || type.asIs) return value;
  return encoders[type.kind]?.(type, value) ?? value;
}
