import { ServiceError } from '../../errors/kinds.js';

/** A runtime in the engine's configuration. */
export interface RuntimeEntry {
  readonly name: string;
  readonly path: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The engine's configuration (daemon.json) with our runtime in it; everything else as it was. `undefined`: it is in it.
 * Throws Invalid for a file that is no JSON object, Conflict when somebody else's runtime has the name.
 */
export function withRuntime(text: string | undefined, { name, path }: RuntimeEntry): string | undefined {
  const config = parse(text);
  const runtimes = runtimesOf(config);
  const present = runtimes[name];
  if (present !== undefined && !isOurs(present, path)) {
    throw new ServiceError(
      'Conflict',
      `The engine's configuration has a runtime "${name}" of somebody else: ${JSON.stringify(present)}. Rename or ` +
        `remove that, or name ours otherwise ([docker] runtime in nova.conf).`,
    );
  }
  if (present !== undefined) return undefined;
  return print({ ...config, runtimes: { ...runtimes, [name]: { path } } }, text);
}

/** The same without our runtime; `undefined`: it is not in it. */
export function withoutRuntime(text: string | undefined, { name, path }: RuntimeEntry): string | undefined {
  const { runtimes: _, ...rest } = parse(text);
  const { [name]: present, ...others } = runtimesOf(parse(text));
  if (present === undefined || !isOurs(present, path)) return undefined;
  return print(Object.keys(others).length === 0 ? rest : { ...rest, runtimes: others }, text);
}

/** Options of the engine that are set where they are not so yet; `added`: their names. */
export function withOptions(text: string, options: Json): { readonly text: string; readonly added: readonly string[] } {
  const config = parse(text);
  const added = Object.keys(options).filter((name) => config[name] !== options[name]);
  return added.length === 0 ? { text, added } : { text: print({ ...config, ...options }, text), added };
}

/** The same without these. */
export function withoutOptions(text: string, names: readonly string[]): string {
  const config = parse(text);
  const kept = Object.entries(config).filter(([name]) => !names.includes(name));
  return kept.length === Object.keys(config).length ? text : print(Object.fromEntries(kept), text);
}

function isOurs(entry: unknown, path: string): boolean {
  return typeof entry === 'object' && entry !== null && (entry as Json)['path'] === path;
}

function runtimesOf(config: Json): Json {
  const runtimes = config['runtimes'] ?? {};
  if (typeof runtimes === 'object' && !Array.isArray(runtimes)) return runtimes as Json;
  throw new ServiceError('Invalid', 'The engine\'s configuration is no good: "runtimes" is no object.');
}

function parse(text: string | undefined): Json {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ServiceError('Invalid', `The engine's configuration is no JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new ServiceError('Invalid', "The engine's configuration is no JSON object.");
}

/** Indented as it was. */
function print(config: Json, before: string | undefined): string {
  const indent = /^[{[]\s*\n([ \t]+)"/.exec(before ?? '')?.[1] ?? '  ';
  return `${JSON.stringify(config, null, indent)}\n`;
}
