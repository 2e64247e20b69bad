import { isRecord } from './primitive.js';

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

/** Text of a number in this place, when its value alone does not say how Python wrote it (1.0). */
export type Literals = (holder: object, key: string) => string | undefined;

/** Names of an object's members in the order in which they were read, when JavaScript would tell them in another. */
export type Order = (holder: object) => readonly string[] | undefined;

export interface Writing {
  readonly literals?: Literals;
  readonly order?: Order;
}

function member(holder: object, key: string, value: unknown, how: Writing): string {
  const literal = typeof value === 'number' ? how.literals?.(holder, key) : undefined;
  return literal ?? write(value, how);
}

function write(value: unknown, how: Writing): string {
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number') return numberOf(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown, index) => member(value, String(index), item, how)).join(', ')}]`;
  }
  if (!isRecord(value)) throw new TypeError(`JSON has no ${typeof value}`);
  const keys = (how.order?.(value) ?? Object.keys(value)).filter((key) => value[key] !== undefined);
  return `{${keys.map((key) => `${textOf(key)}: ${member(value, key, value[key], how)}`).join(', ')}}`;
}

/** JSON as Python's json.dumps writes it by default: `", "` and `": "`, ASCII only. Throws TypeError for what is no JSON. */
export function pythonJson(value: unknown, how: Writing = {}): string {
  return write(value, how);
}
