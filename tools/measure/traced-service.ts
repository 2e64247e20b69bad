/**
 * The service as dist/main.js starts it, with every call to the outside written to the file NCD_TRACE: one JSON object a
 * line, when the call has ended.
 */
import { appendFileSync } from 'node:fs';
import { startApp } from '../../src/app/start.js';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { runCommand } from '../../src/cli/run.js';
import type { CallObserver } from '../../src/observe/calls.js';

const file = process.env['NCD_TRACE'] ?? '/dev/null';

const tracer: CallObserver = ({ system, name }) => {
  const at = Date.now();
  return (outcome, ms) => {
    appendFileSync(file, `${JSON.stringify({ at, system, name, ms, outcome })}\n`);
  };
};

const execute = runCommand(() => Promise.resolve((config, log) => startApp(config, log, tracer)));
const { env: environment, stdout, stderr } = process;
const invocation = { line: parseCommandLine(process.argv.slice(2)), operands: [] };
process.exit(await execute(invocation, { environment, stdout, stderr }));
