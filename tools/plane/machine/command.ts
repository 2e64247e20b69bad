import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Trouble } from '../trouble.js';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array;
  /** Everything that the command prints is appended here too. */
  readonly logFile?: string;
  readonly signal?: AbortSignal;
  /** Called with every piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Exit codes that are no failure; 0 when not given. */
  readonly accept?: readonly number[];
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The environment of everything that a plane runs: nothing of the caller's own may leak in (a Python of pyenv, proxies,
 * OS_* variables of another cloud), so that a plane is the same for everyone.
 */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: process.env['HOME'] ?? '/root',
    LANG: 'C.UTF-8',
    TERM: process.env['TERM'] ?? 'dumb',
    ...extra,
  };
}

/**
 * Runs a command to its end.
 * @throws Trouble with the last lines that it printed when it cannot start or its exit code is not accepted.
 */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  if (options.logFile !== undefined) {
    mkdirSync(dirname(options.logFile), { recursive: true });
    appendFileSync(options.logFile, `$ ${argv.join(' ')}\n`);
  }
  const result = await collect(program, args, options);
  if (!(options.accept ?? [0]).includes(result.code)) {
    const ended = `${[program, ...args.slice(0, 3)].join(' ')} ended with code ${result.code}`;
    if (options.logFile !== undefined) throw new Trouble(ended, { logFile: options.logFile });
    const tail = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-12).join('\n');
    throw new Trouble(`${ended}: ${tail}`);
  }
  return result;
}

function collect(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env ?? cleanEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        printed[stream] += text;
        options.onOutput?.(text);
        if (options.logFile !== undefined) appendFileSync(options.logFile, text);
      });
    }
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
    child.on('error', (error) => {
      reject(new Trouble(`cannot run ${program}: ${error.message}`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      resolve({ code: code ?? (signal === null ? 1 : 128), ...printed });
    });
  });
}
