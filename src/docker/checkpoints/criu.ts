import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { observed, type CallObserver } from '../../observe/calls.js';

const run = promisify(execFile);

/** Where engine and runtime look, too. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Asks CRIU (`Version: 4.2`); undefined where there is none that runs. */
export function criuVersionOf(observer: CallObserver): (signal: AbortSignal) => Promise<string | undefined> {
  return (signal) =>
    observed(observer, { system: 'host', name: 'criu.version' }, async () => {
      try {
        const env = { PATH: `${process.env['PATH'] ?? ''}:${USUAL_PATH}`, LC_ALL: 'C' };
        const { stdout } = await run('criu', ['--version'], { env, signal });
        return /^Version: (\S+)/m.exec(stdout)?.[1];
      } catch {
        signal.throwIfAborted();
        return undefined;
      }
    });
}
