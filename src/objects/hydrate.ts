import { ServiceError } from '../errors/kinds.js';
import { decode, encodeUnknown } from './codec.js';
import { unknownField } from './fieldtype.js';
import type { ObjectName } from './generated/fields.js';
import { NovaObject } from './object.js';
import { formatBareTime } from './time.js';

/**
 * JSON of RPC arguments or results -> the same with every versioned object in it (at any depth of lists and maps) as a
 * NovaObject. Takes the JSON over: the caller leaves it alone. Throws Invalid for an object without version or data;
 * what is in the fields is looked at when it is read (or by an ObjectValidator).
 */
export function hydrate(value: unknown): unknown {
  return decode(unknownField, value, { make: (primitive) => new NovaObject(primitive), where: 'message' });
}

/** The reverse: objects, sets and times -> JSON. */
export function dehydrate(value: unknown): unknown {
  return encodeUnknown(value, formatBareTime);
}

export function isObject<N extends ObjectName>(value: unknown, name: N): value is NovaObject<N> {
  return value instanceof NovaObject && (value.name as string) === name;
}

/** `value` as the object that it has to be; throws Invalid, calling it `what`, when it is anything else. */
export function expectObject<N extends ObjectName>(value: unknown, name: N, what: string): NovaObject<N> {
  if (isObject(value, name)) return value;
  throw new ServiceError('Invalid', `${what}: must be an object ${name}`);
}
