import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../plane/machine/wait.js';
import type { Bench } from './bench.js';

/** One call of the service to the engine, the conductor or an API. */
export interface Call {
  /** Milliseconds since the epoch, when it began. */
  readonly at: number;
  readonly system: string;
  readonly name: string;
  readonly ms: number;
  readonly outcome: string;
}

/**
 * Runs the service with its calls written down, in place of the plane's own, while `work` runs.
 * @param options lines of [DEFAULT] that differ from the plane's
 */
export async function traced<T>(
  bench: Bench,
  options: Readonly<Record<string, string | number>>,
  work: (calls: () => readonly Call[]) => Promise<T>,
): Promise<T> {
  const { plane, ours, signal } = bench;
  const [trace, log, extra] = ['calls', 'log', 'conf'].map((end) => join(plane.folder, 'data', `traced.${end}`)) as [
    string,
    string,
    string,
  ];
  for (const file of [trace, log]) await rm(file, { force: true });
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  await writeFile(extra, ['[DEFAULT]', ...lines, ''].join('\n'));
  await ours.stop(signal);
  const child = start(bench, extra, { log, trace });
  try {
    const ready = (): boolean => {
      if (child.exitCode !== null) throw new Error(`the traced service ended: ${readFileSync(log, 'utf8')}`);
      return readFileSync(log, 'utf8').includes('The service takes requests');
    };
    await until(ready, { what: 'the traced service', signal, logFile: log });
    return await work(() => read(trace));
  } finally {
    const ended = once(child, 'exit');
    if (child.kill('SIGTERM')) await ended;
    await ours.start(signal);
  }
}

function start({ plane }: Bench, extra: string, files: { readonly log: string; readonly trace: string }): ChildProcess {
  const log = openSync(files.log, 'a');
  const program = new URL('traced-service.ts', import.meta.url).pathname;
  const config = join(plane.folder, 'etc', plane.host, 'nova.conf');
  const child = spawn(
    process.execPath,
    [...process.execArgv, program, '--config-file', config, '--config-file', extra],
    { stdio: ['ignore', log, log], env: { ...process.env, NCD_TRACE: files.trace } },
  );
  closeSync(log);
  return child;
}

function read(trace: string): Call[] {
  if (!existsSync(trace)) return [];
  const lines = readFileSync(trace, 'utf8').split('\n');
  // The last one may not be whole yet.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Call);
}
