import { BadSetting } from './bad-setting.js';

/** Readers of values. Each throws BadSetting with what is expected instead. */

const TRUE = new Set(['1', 't', 'true', 'on', 'y', 'yes']);
const FALSE = new Set(['0', 'f', 'false', 'off', 'n', 'no']);

/** The words that oslo's strutils.bool_from_string takes, and no others. */
export function readBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  throw new BadSetting('expected true or false');
}

export function readInteger(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new BadSetting(`expected a whole number, ${range}`);
  };
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** A number of bytes, with k, m, g or t (powers of 1024) if one likes; a `b` behind is fine. */
export function readBytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmgt]?)b?$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * (FACTORS[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new BadSetting('expected a number of bytes, perhaps with k, m, g or t behind it');
}

const SECONDS: Readonly<Record<string, number>> = { '': 1, ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds; `500ms`, `2m` and `1h` are fine. */
export function readSeconds(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|[smh]?)$/i.exec(text.trim()) ?? [];
  const seconds = Number(digits) * (SECONDS[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds;
  throw new BadSetting('expected seconds, or a time such as 500ms, 30s, 2m');
}

/** An absolute path inside the container, without `.` and `..`. */
export function readGuestPath(text: string): string {
  const path = text.trim();
  const steps = path.split('/').slice(1);
  const isPlain = path.startsWith('/') && !path.includes('\0') && !steps.includes('..') && !steps.includes('.');
  if (!isPlain) throw new BadSetting('expected an absolute path without "." and ".."');
  return `/${steps.filter((step) => step !== '').join('/')}`;
}

/** A text that matches. */
export function readText(pattern: RegExp, expected: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text.trim())) return text.trim();
    throw new BadSetting(`expected ${expected}`);
  };
}

/** Names with spaces or commas between them. */
export function listOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}

/** Bytes as a person writes them. */
export function bytesText(bytes: number): string {
  const unit = ['t', 'g', 'm', 'k'].find((each) => bytes > 0 && bytes % (FACTORS[each] ?? Number.NaN) === 0) ?? '';
  return `${bytes / (FACTORS[unit] ?? 1)}${unit}`;
}
