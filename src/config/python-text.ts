/**
 * The few habits of Python's text functions on which oslo.config's grammar rests and in which JavaScript differs:
 * what counts as white space, how a number is written, how a value looks inside another one.
 */

/** str.isspace() of CPython 3: unlike \s it has U+001C..1F and U+0085, and not U+FEFF. */
const spaces = new Set(
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

/** str.lstrip() */
export function stripStart(text: string): string {
  let start = 0;
  while (start < text.length && spaces.has(text.charAt(start))) start += 1;
  return start === 0 ? text : text.slice(start);
}

/** str.rstrip() */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && spaces.has(text.charAt(end - 1))) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/** str.strip() */
export function strip(text: string): string {
  return stripStart(stripEnd(text));
}

/** int(text): decimal digits with single underscores between them; undefined where Python raises ValueError. */
export function parseInteger(text: string): number | undefined {
  const trimmed = strip(text);
  if (!/^[+-]?\d+(?:_\d+)*$/.test(trimmed)) return undefined;
  // Python's int has no -0.
  return Number(trimmed.replaceAll('_', '')) + 0;
}

/** float(text), with `inf` and `nan`; undefined where Python raises ValueError. */
export function parseFloatingPoint(text: string): number | undefined {
  const trimmed = strip(text).toLowerCase();
  if (/^[+-]?(?:inf|infinity)$/.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/.test(trimmed)) return NaN;
  const digits = '\\d+(?:_\\d+)*';
  const number = new RegExp(`^[+-]?(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:e[+-]?${digits})?$`);
  return number.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined;
}

/** str(value), as `$name` inside another value shows it: `True`, `['a', 'b']`, nothing for None. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : representationOf(value);
}

function representationOf(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(representationOf).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${representationOf(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  return typeof value === 'number' ? String(value) : 'None';
}

/** repr() of a string, for printable text. */
function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  if (escaped.includes("'") && !escaped.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll("'", "\\'")}'`;
}
