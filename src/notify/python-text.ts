/** `str()` of a datetime without zone: `2026-11-22 18:18:45.567000`, without a fraction when that is zero. */
export function pythonStr(time: Date): string {
  const text = time.toISOString().replace('T', ' ').replace('Z', '');
  return text.endsWith('.000') ? text.slice(0, -4) : `${text}000`;
}

/** `str(timeutils.utcnow())`, the `timestamp` of a notification; consumers take it with and without a fraction. */
export function notificationTimestamp(time: Date): string {
  return `${time.toISOString().replace('T', ' ').replace('Z', '')}000`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeControl(character: string): string {
  return SHORT_ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\p{Cc}]/gu, escapeControl);
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

function pairOf([key, value]: [string, unknown]): string {
  return `${quoted(key)}: ${pythonRepr(value)}`;
}

/** `repr()` of plain data, which is how Python's exceptions travel in unversioned notifications. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  return typeof value === 'object' ? `{${Object.entries(value).map(pairOf).join(', ')}}` : quoted(typeof value);
}
