import { NovaObject } from '../../../src/objects/index.js';

function heldIn(value: unknown): readonly unknown[] {
  if (value instanceof NovaObject) return value.fields().map((field) => value.peekUntyped(field));
  if (value instanceof Set) return [...value];
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** Reads every field of every object in there, so that nothing is left in the form in which it came. */
export function visit(value: unknown, see: (object: NovaObject) => void = () => {}): void {
  if (value instanceof NovaObject) see(value as NovaObject);
  for (const held of heldIn(value)) visit(held, see);
}
