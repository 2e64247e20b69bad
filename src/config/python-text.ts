/**
 * The few habits of Python's text functions on which oslo.config's grammar rests and in which JavaScript differs:
 * what counts as white space, how a number is written, how a value looks inside another one.
 */

/** str.isspace() of CPython 3: unlike \s it has U+001C..1F and U+0085, and not U+FEFF. */
const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leading = new RegExp(`^${space}+`);
const trailing = new RegExp(`${space}+$`);

/** str.lstrip() */
export function stripStart(text: string): string {
  return text.replace(leading, '');
}

/** str.rstrip() */
export function stripEnd(text: string): string {
  // A regular expression that looks for a run of spaces before the end is quadratic on a long run in the middle.
  let end = text.length;
  while (end > 0 && trailing.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
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
