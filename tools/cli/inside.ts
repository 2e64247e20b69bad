import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { enterNetwork } from '../plane/machine/space.js';
import type { Plane } from '../plane/plane.js';
import { Trouble } from '../plane/trouble.js';

/** @throws Trouble unless the caller may make namespaces, mounts and containers */
export function requireRoot(): void {
  if (process.getuid?.() !== 0)
    throw new Trouble('this needs root: it makes namespaces, mounts and containers', { hint: 'sudo' });
}

/**
 * Runs one of these tools again, or any command as it is, in the plane's network with this terminal.
 * @returns its exit code
 */
export function runInNetwork(
  plane: Plane,
  words: readonly string[],
  signal: AbortSignal,
  how: 'a tool' | 'as it is' = 'a tool',
): Promise<number> {
  const enter = plane.space === null ? [] : enterNetwork(plane.space);
  const [tool = '', ...rest] = words;
  const script = join(import.meta.dirname, `${tool}.ts`);
  const argv =
    how === 'a tool' ? [...enter, process.execPath, ...process.execArgv, script, ...rest] : [...enter, ...words];
  return runHere(argv, signal);
}

/** Runs a command with this terminal to its end; an abort is handed on as SIGTERM, and its own end awaited. */
export function runHere(argv: readonly string[], signal: AbortSignal, env = process.env): Promise<number> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env });
    const handOn = (): void => {
      child.kill('SIGTERM');
    };
    if (signal.aborted) handOn();
    signal.addEventListener('abort', handOn, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', handOn);
      resolve(code ?? 1);
    });
  });
}
