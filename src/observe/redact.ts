/** What stands in the place of a secret. */
export const mask = '***';

/**
 * Removes secrets from anything that is about to be shown. The result is plain JSON data (errors, maps, buffers and
 * cycles are turned into such) that shares nothing with what was given.
 */
export interface Redactor {
  readonly text: (text: string) => string;
  readonly data: (value: unknown) => unknown;
}

/** What names of secrets contain: from oslo_utils.strutils (release 6), and what Nova's messages carry. */
const words = [
  ...[
    'passw',
    'passphrase',
    'pswd',
    'secret',
    'token',
    'new_pass',
    'admin_pass',
    'user_data',
    'transport_url',
    'cookie',
  ],
  ...['private_key', 'encrypted_key', 'ssl_key', 'fernet_key', 'api_key', 'authorization', 'credential'],
  ...['injected_files', 'personality', 'disk_info'],
];

/** For names without `_` and `-`, in lower case. */
const secretNames = new RegExp(words.join('|').replaceAll('_', ''));

/** Such a name in a text, `=` or `:`, and its value: in quotes, perhaps escaped ones, or up to what ends a value. */
const inText = new RegExp(
  `((?:${words.join('|').replaceAll('_', '[_-]?')})[\\w-]{0,40}["'\\\\]{0,8}\\s{0,8}[:=]\\s{0,8}(?:(?:bearer|basic)\\s{1,8})?)` +
    `(?:(\\\\{0,4}["']).*?\\2|[^\\s"',;&}\\])]+)`,
  'gis',
);

/** Keystone's Fernet and JSON web tokens. */
const tokens = /gAAAA[A-Za-z0-9_%=-]{16,}|eyJ[A-Za-z0-9_-]{8,512}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;

/** User and password of a URL, also of the second host of a transport_url. */
const userInfo = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"']*@/gi;

const deepest = 8;
const longest = 16_384;

/**
 * @param known values that must never be shown wherever they appear, e.g. the passwords of the configuration. Those
 *   shorter than four characters would mutilate every line and are left to the other rules.
 */
export function createRedactor(known: readonly string[] = []): Redactor {
  // Longest first: one secret may be part of another.
  const literals = [...new Set(known)].filter((each) => each.length >= 4).sort((a, b) => b.length - a.length);

  const text = (given: string): string => {
    let clean = given;
    for (const literal of literals) clean = clean.replaceAll(literal, mask);
    if (clean.length > longest) clean = `${clean.slice(0, longest)} (${clean.length - longest} more)`;
    return clean.replace(userInfo, `$1${mask}@`).replace(tokens, mask).replace(inText, `$1$2${mask}$2`);
  };

  const data = (value: unknown, seen: readonly object[]): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object' || value === null) return plainScalar(value);
    if (seen.includes(value)) return '(circular)';
    if (seen.length >= deepest) return '(deep)';
    const within = [...seen, value];
    if (Array.isArray(value) || value instanceof Set) {
      return [...(value as Iterable<unknown>)].map((item) => data(item, within));
    }
    const summary = summaryOf(value);
    if (summary !== undefined) return summary;
    const pairs = entriesOf(value).map(([name, item]) => [
      text(name),
      isSecret(name, item) ? mask : data(item, within),
    ]);
    return Object.fromEntries(pairs);
  };

  return { text, data: (value) => data(value, []) };
}

/** A number or a flag under such a name is a setting (`token_ttl`), not a secret. */
function isSecret(name: string, value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return false;
  return secretNames.test(name.replaceAll(/[_\s-]/g, '').toLowerCase());
}

function plainScalar(value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '(function)';
  return value;
}

/** Objects that are one value rather than named parts. */
function summaryOf(value: object): string | undefined {
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  if (!(value instanceof Date)) return undefined;
  return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
}

/** An error's own texts are not enumerable, but they are what one wants to read. */
function entriesOf(value: object): [string, unknown][] {
  if (value instanceof Map) return [...value].map(([name, item]) => [String(name), item]);
  if (!(value instanceof Error)) return Object.entries(value);
  const { name, message, stack, cause } = value;
  const texts: [string, unknown][] = [
    ['name', name],
    ['message', message],
    ['stack', stack],
  ];
  if (cause !== undefined) texts.push(['cause', cause]);
  return [...texts, ...Object.entries(value).filter(([key]) => !texts.some(([text]) => text === key))];
}
