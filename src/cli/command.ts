import type { Writable } from 'node:stream';
import type { CommandLine } from './command-line.js';
import type { ExitCode } from './exit-codes.js';

/** The process around a command. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** What a command is asked to do: the line, and the words behind the command's own. */
export interface Invocation {
  readonly line: CommandLine;
  readonly operands: readonly string[];
}

export type Execute = (invocation: Invocation, surroundings: Surroundings) => Promise<ExitCode>;

/** One command. Its module is loaded only when it is used, so that the service starts quickly. */
export interface Command {
  readonly words: readonly string[];
  /** Names of operands, for the help: `<file>`. */
  readonly operands?: readonly string[];
  readonly summary: string;
  readonly load: () => Promise<Execute>;
}
