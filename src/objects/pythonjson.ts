import { isRecord, type JsonRecord } from './primitive.js';

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escape(unit: string): string {
  return short[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function textOf(text: string): string {
  // Everything but printable ASCII, as UTF-16 units: what ensure_ascii does.
  return `"${text.replace(/["\\]|[^ -~]/g, escape)}"`;
}

function numberOf(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('JSON has no NaN and no infinity');
  // Python's repr goes over to exponents below 1e-4 and writes two digits of them.
  const small = value !== 0 && Math.abs(value) < 1e-4;
  return small ? value.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(value);
}

/** How to write what a value alone does not tell. */
export interface Manner {
  /** The text of the number in this place, if not the usual one. */
  readonly number: (holder: object, key: string, value: number) => string | undefined;
  /** The names of an object's members in the order in which they are written. */
  readonly names: (holder: object) => readonly string[];
}

const usual: Manner = { number: () => undefined, names: Object.keys };

function writeMember(holder: object, key: string, manner: Manner): string {
  const value = (holder as Readonly<Record<string, unknown>>)[key];
  const special = typeof value === 'number' ? manner.number(holder, key, value) : undefined;
  return special ?? write(value, manner);
}

function writeMap(map: JsonRecord, manner: Manner): string {
  const names = manner.names(map).filter((name) => map[name] !== undefined);
  return `{${names.map((name) => `${textOf(name)}: ${writeMember(map, name, manner)}`).join(', ')}}`;
}

function write(value: unknown, manner: Manner): string {
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number') return numberOf(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map((_, index) => writeMember(value, String(index), manner)).join(', ')}]`;
  if (!isRecord(value)) throw new TypeError(`JSON has no ${typeof value}`);
  return writeMap(value, manner);
}

/** JSON as Python's json.dumps writes it by default: `", "` and `": "`, ASCII only. Throws TypeError for what is no JSON. */
export function pythonJson(value: unknown, manner: Manner = usual): string {
  return write(value, manner);
}
