import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The type of a field as dump.py prints it; `type` is the name of the Python class. */
export interface DumpedType {
  readonly type: string;
  readonly object?: string;
  readonly subclasses?: boolean;
  readonly of?: DumpedField;
  readonly values?: readonly string[];
  readonly pattern?: string;
}

export interface DumpedField extends DumpedType {
  readonly nullable: boolean;
  readonly readOnly: boolean;
  readonly default?: string;
}

export interface DumpedObject {
  readonly version: string;
  readonly fields: Readonly<Record<string, DumpedField>>;
  /** name -> [who is asked, Python signature] */
  readonly methods: Readonly<Record<string, readonly ['class' | 'object', string]>>;
  readonly parents: readonly string[];
  readonly manifest: Readonly<Record<string, string>>;
}

export interface Dump {
  /** Nova's version, e.g. 26.2.2. */
  readonly nova: string;
  readonly objects: Readonly<Record<string, DumpedObject>>;
}

const NO_NOVA_HERE = 3;

/** The last line of what Python says is the error; above it is where it happened. */
function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

/**
 * Asks the installed Nova for its objects; undefined when `python` has no Nova.
 * Throws with the Python error when there is one but it cannot be read.
 */
export function dumpNova(python: string): Dump | undefined {
  const script = fileURLToPath(new URL('dump.py', import.meta.url));
  const run = spawnSync(python, [script], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.error !== undefined && (run.error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  if (run.status === NO_NOVA_HERE) return undefined;
  if (run.status !== 0) throw new Error(`${python} cannot load its Nova: ${lastLine(run.stderr)}`);
  return JSON.parse(run.stdout) as Dump;
}
