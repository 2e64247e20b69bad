/**
 * The service, with a witness of its calls to the outside that can kill it with SIGKILL at one of them. Started by tests
 * in place of dist/main.js, with the same arguments. It listens to SIGUSR2: from then on calls are written and counted.
 *
 * NCD_CALLS=FILE    every call is written there: `before system.name`, then `after system.name` or `failed system.name`
 * NCD_KILL_AT=TEXT  the line at which the process ends
 * NCD_KILL_NTH=N    which one of several such lines; 1 unless said
 */
import { appendFileSync } from 'node:fs';
import { startApp } from '../../../src/app/start.js';
import { parseCommandLine } from '../../../src/cli/command-line.js';
import { runCommand } from '../../../src/cli/run.js';
import type { CallObserver } from '../../../src/observe/calls.js';

const { NCD_CALLS: file, NCD_KILL_AT: killAt, NCD_KILL_NTH: nth = '1' } = process.env;
let isArmed = false;
let left = Number(nth);
process.on('SIGUSR2', () => (isArmed = true));

function pass(line: string): void {
  if (!isArmed) return;
  if (file !== undefined) appendFileSync(file, `${line}\n`);
  if (line !== killAt) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

const witness: CallObserver = ({ system, name }) => {
  pass(`before ${system}.${name}`);
  return (outcome) => pass(`${outcome === 'ok' ? 'after' : 'failed'} ${system}.${name}`);
};

const execute = runCommand(() => Promise.resolve((config, log) => startApp(config, log, witness)));
const { env: environment, stdout, stderr } = process;
const invocation = { line: parseCommandLine(process.argv.slice(2)), operands: [] };
process.exit(await execute(invocation, { environment, stdout, stderr }));
