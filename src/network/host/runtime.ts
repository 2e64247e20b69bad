import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '../../errors/kinds.js';
import { observed, type CallObserver } from '../../observe/calls.js';

/** The program that carries plans out, as it comes with this package; the engine calls an installed copy of it. */
export const RUNTIME_PROGRAM = fileURLToPath(new URL('../runtime/nova-runtime', import.meta.url));

/** What was found at a path the last time, and when its files were last changed then. */
const found = new Map<string, { readonly stamp: string; readonly isOurs: boolean }>();

/**
 * Whether the engine calls this version of it at that path. A program that can't be read is another one. Asked at each
 * boot: read again only when one of the two files is another than the last time.
 */
export async function isOurRuntime(path: string): Promise<boolean> {
  const stamp = [RUNTIME_PROGRAM, path].map(stampOf).join(' ');
  const known = found.get(path);
  if (known?.stamp === stamp) return known.isOurs;
  const [ours, installed] = await Promise.all([readFile(RUNTIME_PROGRAM), readFile(path).catch(() => undefined)]);
  const isOurs = installed?.equals(ours) === true;
  if (installed !== undefined) found.set(path, { stamp, isOurs });
  return isOurs;
}

/** Its `ctime` changes with its contents, and nobody can set it. */
function stampOf(path: string): string {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file === undefined ? 'none' : `${file.dev}:${file.ino}:${file.size}:${file.ctimeNs}`;
}

/** Carries out what an instance's folder says. All of it is safe to repeat, and one at a time per folder. */
export interface PlanRunner {
  /** Makes the pairs and switch ports that are missing; gives the container's names of those that it made. */
  plug(folder: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Brings devices, and addresses in a container that runs, to what the plan says. */
  sync(folder: string, signal?: AbortSignal): Promise<void>;
  /** Takes the outer ends of the pairs down, or up again; what else is made meanwhile keeps to it. A missing folder is fine. */
  mute(folder: string): Promise<void>;
  unmute(folder: string): Promise<void>;
  /** Takes everything away, the folder too. A missing folder is fine. */
  remove(folder: string, signal?: AbortSignal): Promise<void>;
}

/** Longer than ovs-vsctl waits for its switch; beyond it something hangs. */
const TIMEOUT_MS = 120_000;

/** Throws Unavailable with the words of the command that failed. */
export function createPlanRunner(observer: CallObserver, program = RUNTIME_PROGRAM): PlanRunner {
  const act = (verb: string, folder: string, signal?: AbortSignal): Promise<string> =>
    observed(observer, { system: 'host', name: `ports.${verb}` }, () => call(program, [`@${verb}`, folder], signal));
  return {
    async plug(folder, signal) {
      const made = await act('plug', folder, signal);
      return made.split('\n').filter((name) => name !== '');
    },
    async sync(folder, signal) {
      await act('sync', folder, signal);
    },
    async mute(folder) {
      await act('mute', folder);
    },
    async unmute(folder) {
      await act('unmute', folder);
    },
    async remove(folder, signal) {
      await act('remove', folder, signal);
    },
  };
}

function call(program: string, words: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) };
    execFile('/bin/sh', [program, ...words], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const reason = stderr.trim().split('\n').slice(-3).join('; ') || error.message;
      const message = `The instance's ports could not be brought to what they should be: ${reason}`;
      reject(new ServiceError('Unavailable', message, { cause: error, facts: { command: words.join(' ') } }));
    });
  });
}
