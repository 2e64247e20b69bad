import { strip } from '../python-text.js';
import { string } from './scalars.js';
import { BadValue, type ValueType } from './value-type.js';

/**
 * Values between commas (oslo_config.types.List, release 9). An item type that refuses a piece gets the next pieces
 * added, comma by comma, so items may hold commas themselves. Commas at the end are dropped.
 */
export function list<T = string>(item: ValueType<T> = string() as unknown as ValueType<T>): ValueType<readonly T[]> {
  return {
    name: 'list value',
    limits: item.limits,
    format: (values) => values.map((value) => item.format(value)).join(','),
    parse(text) {
      const pieces = withoutTrailingCommas(strip(text));
      return pieces === '' ? [] : joinUntilAccepted(pieces.split(','), (piece) => item.parse(strip(piece)));
    },
  };
}

/** `name:value` pairs between commas; a value may hold commas as far as the pieces after them are no pairs. */
export function dict(): ValueType<Readonly<Record<string, string>>> {
  return {
    name: 'dict value',
    limits: [],
    format: (pairs) =>
      Object.keys(pairs)
        .sort()
        .map((key) => `${key}:${pairs[key] ?? ''}`)
        .join(','),
    parse(text) {
      const trimmed = strip(text);
      if (trimmed === '') return {};
      const pairs = joinUntilAccepted(trimmed.split(','), parsePair);
      const names = pairs.map(([key]) => key);
      if (names.includes('')) throw new BadValue('expected name:value pairs, found one without a name');
      if (new Set(names).size < names.length) throw new BadValue('expected each name once');
      return Object.fromEntries(pairs);
    },
  };
}

function parsePair(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 0) throw new BadValue('expected name:value pairs, divided by commas');
  return [strip(text.slice(0, colon)), strip(text.slice(colon + 1))];
}

function joinUntilAccepted<T>(pieces: readonly string[], accept: (text: string) => T): T[] {
  const accepted: T[] = [];
  let pending: string | undefined;
  let refusal: unknown;
  for (const piece of pieces) {
    pending = pending === undefined ? piece : `${pending},${piece}`;
    try {
      accepted.push(accept(pending));
      pending = undefined;
    } catch (error) {
      refusal = error;
    }
  }
  if (pending !== undefined) throw refusal;
  return accepted;
}

function withoutTrailingCommas(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === ',') end -= 1;
  return text.slice(0, end);
}
