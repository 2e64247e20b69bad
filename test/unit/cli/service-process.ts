import { parseCommandLine } from '../../../src/cli/command-line.js';
import { runCommand } from '../../../src/cli/run.js';

// The whole command in a process of its own, around a service that does nothing but stop when told.
const execute = runCommand(() =>
  Promise.resolve((_config, log) => {
    let stop: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const alive = setInterval(() => undefined, 60_000);
    return Promise.resolve({
      done: new Promise<void>(() => undefined),
      stop: () => {
        clearInterval(alive);
        stop();
        return done;
      },
      reload: (config) => {
        log.info(`shutdown_timeout is ${config.DEFAULT.shutdown_timeout}`);
        return Promise.resolve();
      },
    });
  }),
);

process.exit(
  await execute(
    { line: parseCommandLine(process.argv.slice(2)), operands: [] },
    { environment: {}, stdout: process.stdout, stderr: process.stderr },
  ),
);
