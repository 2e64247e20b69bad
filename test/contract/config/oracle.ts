import { spawnSync } from 'node:child_process';

/** Debian's own Python, for which its OpenStack packages are made; another one on PATH does not have them. */
const python = '/usr/bin/python3';

export interface OptionCase {
  readonly group: string;
  readonly name: string;
  readonly kind: string;
  readonly multi?: boolean;
  readonly default?: unknown;
  readonly old?: readonly { readonly group?: string; readonly name?: string }[];
}

export interface ConfigCase {
  readonly options: readonly OptionCase[];
  readonly files: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What oslo.config made of a case. */
export type Answer =
  | { readonly fails: number }
  | { readonly values: Readonly<Record<string, unknown>>; readonly errors: readonly string[] };

export interface RegisteredOption {
  readonly kind: string;
  readonly default: unknown;
  readonly min: number | null;
  readonly max: number | null;
  readonly choices: readonly string[];
  readonly multi: boolean;
  readonly secret: boolean;
  readonly old: readonly { readonly group: string; readonly name: string }[];
}

/** Undefined if it is there, else why not. */
export function missingOracle(modules: string): string | undefined {
  const { status } = spawnSync(python, ['-c', `import ${modules}`]);
  return status === 0 ? undefined : `${python} has no ${modules} (Debian: python3-oslo.config, python3-nova)`;
}

export function askOslo(cases: readonly ConfigCase[]): Answer[] {
  return JSON.parse(run([], JSON.stringify(cases))) as Answer[];
}

export function novaRegistry(): Readonly<Record<string, Readonly<Record<string, RegisteredOption>>>> {
  return JSON.parse(run(['registry'], '')) as ReturnType<typeof novaRegistry>;
}

function run(args: readonly string[], input: string): string {
  const script = new URL('./oracle.py', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(python, [script, ...args], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`the oracle failed: ${stderr}`);
  return stdout;
}
