import type { LogFacts, Logger } from '../../../src/observe/logger.js';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: LogFacts;
}

/** A log that a test can read. */
export function recordedLog(): Logger & { readonly lines: LogLine[]; said(level: LogLine['level']): string[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (message: string, facts: LogFacts = {}): void => {
      lines.push({ level, message, facts });
    };
  const said = (level: LogLine['level']): string[] =>
    lines.filter((line) => line.level === level).map((line) => line.message);
  return { lines, said, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
