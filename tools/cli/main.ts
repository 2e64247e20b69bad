import { describeFailure } from '../plane/progress.js';

/** The exit code of a program that SIGINT or SIGTERM ended, as shells count it. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a command line program: its arguments, a signal that SIGINT and SIGTERM abort, its exit code.
 * A failure is told once, here.
 */
export function main(program: (args: readonly string[], signal: AbortSignal) => Promise<number>): void {
  const stop = new AbortController();
  let code: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      code ??= SIGNAL_CODES[name];
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  program(process.argv.slice(2), stop.signal).then(
    (result) => {
      process.exitCode = code ?? result;
    },
    (error: unknown) => {
      console.error(
        stop.signal.aborted
          ? 'stopped; what was started runs on, and the same command goes on from here'
          : describeFailure(error),
      );
      process.exitCode = code ?? 1;
    },
  );
}
