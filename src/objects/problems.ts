import type { ErrorObject } from 'ajv';
import { formats } from './formats.js';

/** One thing that is wrong with a message. */
export interface Problem {
  /** Where: JSON pointer, in which an object's envelope does not count. */
  readonly pointer: string;
  /** What should be there. Never what was there, which may be a secret. */
  readonly expected: string;
}

interface Params {
  readonly type?: string | readonly string[];
  readonly allowedValues?: readonly unknown[];
  readonly format?: string;
  readonly missingProperty?: string;
}

const words: Readonly<Record<string, (params: Params) => string>> = {
  type: ({ type = [] }) => `must be ${[type].flat().join(' or ')}`,
  enum: ({ allowedValues = [] }) => `must be one of ${allowedValues.map(String).join(', ')}`,
  format: ({ format = '' }) => `must be ${formats[format]?.words ?? format}`,
  required: ({ missingProperty = '' }) => `must have ${missingProperty}`,
};

/** What ajv found, in a place below `pointer`. */
export function problemOf(error: ErrorObject, pointer: string): Problem {
  const expected = words[error.keyword]?.(error.params as Params) ?? error.message ?? 'is not valid';
  return { pointer: pointer + error.instancePath, expected };
}

export function escapeSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

function segmentsOf(pointer: string): readonly string[] {
  const segments = pointer.split('/').slice(1);
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `/request_spec/requested_networks/objects/0/port_id` -> `request_spec.requested_networks.objects[0].port_id: …` */
export function describe(what: string, { pointer, expected }: Problem): string {
  const path = segmentsOf(pointer).map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`));
  return `${what}${path.join('')}: ${expected}`.replace(/^\./, '');
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const INTEGER = /^\s*[+-]?\d+\s*$/;

/** Nova's readers take the text of a number for the number (Integer.coerce, Float.coerce of oslo.versionedobjects). */
function isNumberInText({ data, params }: ErrorObject): boolean {
  const type = [(params as Params).type ?? []].flat();
  if (typeof data !== 'string') return false;
  return (type.includes('integer') && INTEGER.test(data)) || (type.includes('number') && NUMBER.test(data));
}

const valueKeywords: ReadonlySet<string> = new Set(['enum', 'pattern', 'format', 'minimum']);

/**
 * Can this be read all the same? A newer minor version of an object may know more values and let more fields be null;
 * the JSON type of a field never changes under the same major version.
 */
export function isTolerable(error: ErrorObject, isNewer: boolean): boolean {
  if (error.keyword === 'type') return isNumberInText(error) || (isNewer && error.data === null);
  return isNewer && valueKeywords.has(error.keyword);
}
