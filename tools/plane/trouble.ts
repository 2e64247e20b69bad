/** A failure that a person can act on: what went wrong, which log tells more, and what to try. */
export class Trouble extends Error {
  readonly logFile: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, more: { logFile?: string; hint?: string; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = 'Trouble';
    this.logFile = more.logFile;
    this.hint = more.hint;
  }
}

/** The error's text, whatever was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for the error codes of Node's own calls (`ENOENT`, `ESRCH`, ...). */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
