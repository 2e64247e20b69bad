/** Facts of a log line; names in camelCase, never a secret. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** What a room needs of the log. Handed in, so that a test can read what was said. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}
