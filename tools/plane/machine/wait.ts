import { setTimeout as delay } from 'node:timers/promises';
import { Trouble } from '../trouble.js';

export interface WaitOptions {
  /** Completes the sentence "gave up waiting for ...". */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** The log that tells why, shown when the wait fails. */
  readonly logFile?: string;
}

/**
 * Asks again and again until the answer is neither null, undefined nor false.
 * An error thrown by the question ends the wait; a question that may fail for now returns null.
 * @throws Trouble when the time is up; the signal's reason when it is aborted.
 */
export async function until<T>(
  question: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  options: WaitOptions,
): Promise<T> {
  const { what, signal, timeoutMs = 120_000, everyMs = 100 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await question();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) {
      const logFile = options.logFile === undefined ? {} : { logFile: options.logFile };
      throw new Trouble(`gave up waiting for ${what} after ${Math.round(timeoutMs / 1000)} s`, logFile);
    }
    await delay(everyMs, undefined, { signal });
  }
}
