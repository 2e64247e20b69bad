import { ServiceError } from '../errors/kinds.js';
import { isObject, type NovaObject, type ObjectName } from '../objects/index.js';
import type { Args } from './operation.js';

/** Reads one argument as an object of this name; throws Invalid naming the argument. */
export function objectArg<N extends ObjectName>(args: Args, key: string, name: N): NovaObject<N> {
  const value = args[key];
  if (isObject(value, name)) return value;
  throw invalid(key, `a ${name} object`);
}

/** The same for an argument that may be null or absent. */
export function optionalObjectArg<N extends ObjectName>(args: Args, key: string, name: N): NovaObject<N> | null {
  return args[key] === undefined || args[key] === null ? null : objectArg(args, key, name);
}

/** Reads a string; throws Invalid naming the argument. */
export function stringArg(args: Args, key: string): string {
  const value = args[key];
  if (typeof value === 'string') return value;
  throw invalid(key, 'a string');
}

/** Reads a string that may be null or absent. */
export function optionalStringArg(args: Args, key: string): string | null {
  return args[key] === undefined || args[key] === null ? null : stringArg(args, key);
}

/** Reads an integer that may be null or absent, or come as its decimal string. */
export function optionalIntegerArg(args: Args, key: string): number | null {
  const value = args[key];
  if (value === undefined || value === null) return null;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw invalid(key, 'an integer or null');
}

/** Reads a boolean; absent is `absent`. */
export function booleanArg(args: Args, key: string, absent: boolean): boolean {
  const value = args[key] ?? absent;
  if (typeof value === 'boolean') return value;
  throw invalid(key, 'a boolean');
}

/** Reads a dict; null and absent are an empty one. */
export function dictArg(args: Args, key: string): Readonly<Record<string, unknown>> {
  const value = args[key] ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(key, 'a dict');
}

/** Reads a list; null and absent are an empty one. */
export function listArg(args: Args, key: string): readonly unknown[] {
  const value = args[key] ?? [];
  if (Array.isArray(value)) return value;
  throw invalid(key, 'a list');
}

/** Reads a list of strings; null and absent are an empty one. */
export function textsArg(args: Args, key: string): readonly string[] {
  return listArg(args, key).map((value) => {
    if (typeof value === 'string') return value;
    throw invalid(key, 'a list of strings');
  });
}

function invalid(key: string, wanted: string): ServiceError {
  return new ServiceError('Invalid', `Argument ${key} must be ${wanted}.`, {
    nova: { name: 'InvalidInput', code: 400 },
  });
}
