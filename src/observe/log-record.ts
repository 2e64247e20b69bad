import type { LogFields } from './context.js';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** What one log line is made of; secrets are gone from it. */
export interface LogRecord {
  readonly time: Date;
  readonly level: Level;
  /** Dotted name of the logger. */
  readonly name: string;
  readonly message: string;
  /** The work in progress. */
  readonly context: LogFields;
  /** What the line says beyond its message; plain JSON data. */
  readonly details: Readonly<Record<string, unknown>>;
  /** One line about the error that is told of. */
  readonly errorSummary?: string;
  /** Lines of its stack, where these help. */
  readonly trace?: readonly string[];
}

/** What every line of this process says. */
export interface ProcessFacts {
  readonly pid: number;
  readonly hostname: string;
}

/** Python's names and numbers of levels, which the tools that read OpenStack's logs know. */
export const pythonLevels: Readonly<Record<Level, { readonly name: string; readonly number: number }>> = {
  debug: { name: 'DEBUG', number: 10 },
  info: { name: 'INFO', number: 20 },
  warn: { name: 'WARNING', number: 30 },
  error: { name: 'ERROR', number: 40 },
};
