#!/usr/bin/env node
import { chooseCommand } from './cli/commands.js';
import type { Command } from './cli/command.js';
import { parseCommandLine } from './cli/command-line.js';
import { exitCodes, type ExitCode } from './cli/exit-codes.js';
import { messageOf } from './errors/kinds.js';

/** The first is what happens without a command. */
const commands: readonly Command[] = [
  {
    words: ['run'],
    summary: 'run the service (what happens without a command)',
    load: async () => {
      const { runCommand } = await import('./cli/run.js');
      return runCommand(async () => (await import('./app/start.js')).startApp);
    },
  },
  {
    words: ['check'],
    summary: 'try everything that the service needs, and say how to mend what does not work',
    load: async () => (await import('./cli/check/check.js')).execute,
  },
  {
    words: ['decode'],
    operands: ['<file>'],
    summary: 'explain a captured message (a body, a trace, a file of the inbox; - reads standard input)',
    load: async () => (await import('./cli/decode/decode.js')).execute,
  },
  {
    words: ['config', 'check'],
    summary: 'read the configuration, tell what is wrong, start nothing',
    load: async () => (await import('./cli/config-check.js')).execute,
  },
  {
    words: ['config', 'sample'],
    summary: 'print the sample configuration, with help for every option',
    load: async () => (await import('./cli/config-sample.js')).execute,
  },
  {
    words: ['spec'],
    operands: ['<server uuid>'],
    summary: "print what a server's container is made of and which setting came from where; changes nothing",
    load: async () => {
      const { specCommand } = await import('./cli/spec.js');
      return specCommand(async () => (await import('./app/spec.js')).showSpec);
    },
  },
  {
    words: ['setup'],
    summary: 'make the engine know the runtime that brings ports into containers; --dry-run says what would be done',
    load: async () => (await import('./cli/setup.js')).execute,
  },
  {
    words: ['setup', 'undo'],
    summary: 'take that away again',
    load: async () => (await import('./cli/setup.js')).undo,
  },
];

async function main(args: readonly string[]): Promise<ExitCode> {
  const { environment, stdout, stderr } = { environment: process.env, stdout: process.stdout, stderr: process.stderr };
  let chosen;
  try {
    const line = parseCommandLine(args);
    if (line.help || line.version) {
      const { help, version } = await import('./cli/help.js');
      stdout.write(line.help ? help(commands) : `${version()}\n`);
      return exitCodes.ok;
    }
    chosen = chooseCommand(commands, line);
  } catch (error) {
    stderr.write(`nova-compute-docker: ${messageOf(error)}\nTry nova-compute-docker --help\n`);
    return exitCodes.usage;
  }
  const execute = await chosen.command.load();
  return execute(chosen.invocation, { environment, stdout, stderr });
}

// Explicitly, since whatever a failed start left open would keep the process alive.
process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(
      `nova-compute-docker: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCodes.internal;
  }),
);
