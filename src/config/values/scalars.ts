import { parseFloatingPoint, parseInteger } from '../python-text.js';
import { BadValue, type ValueType } from './value-type.js';

const quoteOuterSpace = (text: string): string => (text.trim() === text ? text : `"${text}"`);

/**
 * Any text, or one that matches `pattern` somewhere (oslo_config.types.String, release 9).
 *
 * @param expected what the pattern asks for, in words: follows after "expected"
 */
export function string(pattern?: RegExp, expected = `a text like ${pattern?.source}`): ValueType<string> {
  return {
    name: 'string value',
    limits: [],
    format: quoteOuterSpace,
    parse(text) {
      if (pattern !== undefined && !pattern.test(text)) throw new BadValue(`expected ${expected}`);
      return text;
    },
  };
}

/** One of the given words, in exactly this spelling. */
export function oneOf<const T extends string>(...words: T[]): ValueType<T> {
  return {
    name: 'string value',
    limits: [`Possible values: ${words.map((word) => (word === '' ? "''" : word)).join(', ')}`],
    format: quoteOuterSpace,
    parse(text) {
      const word = words.find((each) => each === text);
      if (word === undefined) throw new BadValue(`expected one of ${words.join(', ')}`);
      return word;
    },
  };
}

const booleans = new Map([
  ...['true', '1', 'on', 'yes'].map((word) => [word, true] as const),
  ...['false', '0', 'off', 'no'].map((word) => [word, false] as const),
]);

/** oslo's words for yes and no, in any case (oslo_config.types.Boolean). */
export function boolean(): ValueType<boolean> {
  return {
    name: 'boolean value',
    limits: [],
    format: String,
    parse(text) {
      const value = booleans.get(text.toLowerCase());
      if (value === undefined) throw new BadValue(`expected one of ${[...booleans.keys()].join(', ')}`);
      return value;
    },
  };
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number as int() of Python reads it. An empty text stands for no value, as in oslo_config.types.Integer. */
export function integer(range: Range = {}): ValueType<number | undefined> {
  return number('integer value', 'a whole number', range, (text) => {
    const value = parseInteger(text);
    return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
  });
}

/** A number with or without a fraction, as float() of Python reads it. */
export function float(range: Range = {}): ValueType<number | undefined> {
  return number('floating point value', 'a number', range, parseFloatingPoint);
}

/** A TCP or UDP port, 0 included. */
export function port(): ValueType<number | undefined> {
  return { ...integer({ min: 0, max: 65535 }), name: 'port value' };
}

function number(
  name: string,
  what: string,
  { min, max }: Range,
  read: (text: string) => number | undefined,
): ValueType<number | undefined> {
  const limits = [];
  if (min !== undefined) limits.push(`Minimum value: ${min}`);
  if (max !== undefined) limits.push(`Maximum value: ${max}`);
  return {
    name,
    limits,
    format: (value) =>
      value === undefined ? '' : name === 'floating point value' ? pythonFloat(value) : String(value),
    parse(text) {
      if (text.trim() === '') return undefined;
      const value = read(text);
      if (value === undefined) throw new BadValue(`expected ${what}`);
      if (min !== undefined && value < min) throw new BadValue(`expected ${what} not below ${min}`);
      if (max !== undefined && value > max) throw new BadValue(`expected ${what} not above ${max}`);
      return value;
    },
  };
}

/** str() of a Python float: `60.0`, `inf`. */
function pythonFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}
