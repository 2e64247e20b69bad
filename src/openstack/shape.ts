import { ServiceError } from '../errors/kinds.js';

/** Reads answers of services: what is not of the expected shape becomes one clear error instead of an `undefined` later. */

export type Json = Readonly<Record<string, unknown>>;

/** A JSON object. Throws Unavailable, naming the call, when it is none. */
export function objectIn(value: unknown, call: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw unexpected(call, 'an object');
}

/** A list of JSON objects. */
export function objectsIn(value: unknown, call: string): readonly Json[] {
  if (!Array.isArray(value)) throw unexpected(call, 'a list');
  return value.map((item) => objectIn(item, call));
}

/** A list of texts. */
export function textsIn(value: unknown, call: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw unexpected(call, 'a list of texts');
  return value;
}

export function textIn(value: unknown, call: string): string {
  if (typeof value !== 'string') throw unexpected(call, 'a text');
  return value;
}

export function numberIn(value: unknown, call: string): number {
  if (typeof value !== 'number') throw unexpected(call, 'a number');
  return value;
}

function unexpected(call: string, wanted: string): ServiceError {
  return new ServiceError(
    'Unavailable',
    `The answer to ${call} is not as the service's API says (no ${wanted.replace(/^an? /, '')} where one belongs): ` +
      `is the endpoint in the catalogue that of another service or a proxy's error page?`,
  );
}
