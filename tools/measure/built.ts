import { readFile } from 'node:fs/promises';
import { until } from '../plane/machine/wait.js';
import { logFile } from '../plane/service-control.js';
import type { Bench } from './bench.js';

type Which = 'ours' | 'other';

/** What each service says of a build: ours when its event is finished, too, the other when ACTIVE is saved. */
const SAID: Readonly<Record<Which, { readonly words: RegExp; readonly unitMs: number }>> = {
  ours: { words: /build_and_run_instance is done tookMs=(\d+)/, unitMs: 1 },
  other: { words: /Took ([\d.]+) seconds to build instance/, unitMs: 1000 },
};

/** Milliseconds from the request's arrival at the service until its server was ACTIVE, as the service's log has it. */
export async function builtMs(bench: Bench, which: Which, id: string): Promise<number> {
  const { words, unitMs } = SAID[which];
  const log = logFile(bench.plane.plane, bench[which].service);
  const said = async (): Promise<string | undefined> => {
    const line = (await readFile(log, 'utf8')).split('\n').findLast((one) => one.includes(id) && words.test(one));
    return line === undefined ? undefined : words.exec(line)?.[1];
  };
  const text = await until(said, {
    what: `the end of the build of ${id} in the log`,
    signal: bench.signal,
    logFile: log,
  });
  return Number(text) * unitMs;
}
