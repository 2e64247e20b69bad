import { pythonJson, type Manner } from './pythonjson.js';

/**
 * What JavaScript does not keep of a JSON text: how a number was written (1.0, 1e-05, more digits than a double holds)
 * and that a name that looks like a number did not come first. Hangs on the value that it belongs to, hidden.
 */
interface Spelling {
  readonly numbers: ReadonlyMap<string, string>;
  readonly order: readonly string[];
}

const SPELLING = Symbol('spelling');

interface Spelled {
  [SPELLING]?: Spelling;
}

/** One token after another; the text is known to be JSON. */
type Tokens = () => string;

const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/g;

function tokensOf(text: string): Tokens {
  const found = text.match(TOKEN) ?? [];
  let next = 0;
  return () => found[next++] ?? '';
}

function spell<T extends object>(holder: T, numbers: ReadonlyMap<string, string>, order: readonly string[]): T {
  const isUsual = numbers.size === 0 && Object.keys(holder).every((key, index) => key === order[index]);
  if (!isUsual) Object.defineProperty(holder, SPELLING, { value: { numbers, order }, enumerable: false });
  return holder;
}

function readMember(key: string, token: string, rest: { tokens: Tokens; numbers: Map<string, string> }): unknown {
  const value = readValue(token, rest.tokens);
  if (typeof value === 'number' && pythonJson(value) !== token) rest.numbers.set(key, token);
  return value;
}

function readMap(tokens: Tokens): unknown {
  const entries = new Map<string, unknown>();
  const numbers = new Map<string, string>();
  for (let token = tokens(); token !== '}'; token = tokens()) {
    if (token === ',') continue;
    const key = JSON.parse(token) as string;
    tokens(); // the colon
    entries.set(key, readMember(key, tokens(), { tokens, numbers }));
  }
  return spell(Object.fromEntries(entries), numbers, [...entries.keys()]);
}

function readList(tokens: Tokens): unknown {
  const items: unknown[] = [];
  const numbers = new Map<string, string>();
  for (let token = tokens(); token !== ']'; token = tokens()) {
    if (token !== ',') items.push(readMember(String(items.length), token, { tokens, numbers }));
  }
  return spell(items, numbers, Object.keys(items));
}

function readValue(token: string, tokens: Tokens): unknown {
  if (token === '{') return readMap(tokens);
  if (token === '[') return readList(tokens);
  return JSON.parse(token) as unknown;
}

/** Numbers and names as they were read, as far as they still have the value and the names that they had. */
const asRead: Manner = {
  number: (holder, key, value) => {
    const token = (holder as Spelled)[SPELLING]?.numbers.get(key);
    return token !== undefined && Object.is(JSON.parse(token), value) ? token : undefined;
  },
  names: (holder) => {
    const names = Object.keys(holder);
    const order = (holder as Spelled)[SPELLING]?.order;
    return order?.length === names.length && order.every((name) => Object.hasOwn(holder, name)) ? order : names;
  },
};

/** Value -> JSON text in Python's manner; what came from `readJson` and is unchanged gives the text that it came from. */
export function writeJson(value: unknown): string {
  return pythonJson(value, asRead);
}

/** JSON text -> value; undefined for a text that is no JSON. */
export function readJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    // Nearly always: nothing in it that JavaScript would write otherwise than Python did.
    return pythonJson(value) === text ? value : readValueOf(text);
  } catch {
    return undefined;
  }
}

function readValueOf(text: string): unknown {
  const tokens = tokensOf(text);
  return readValue(tokens(), tokens);
}
