import { ServiceError } from '../errors/kinds.js';

/** A signal that aborts when the caller's does or when the time is over. `release` must be called at the end. */
export interface Deadline {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Joins a caller's signal with a time limit. (AbortSignal.any of Node 20 keeps a trace of every joint on a signal that
 * lives as long as the service; this one leaves nothing behind.)
 * The signal's reason is the caller's reason, or a Timeout that says `what` took too long.
 */
export function deadline(callerSignal: AbortSignal | undefined, timeoutMs: number, what: string): Deadline {
  const controller = new AbortController();
  const onAbort = () => controller.abort(callerSignal?.reason);
  const timer = setTimeout(
    () => controller.abort(new ServiceError('Timeout', `${what}: no answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  if (callerSignal?.aborted === true) onAbort();
  callerSignal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      callerSignal?.removeEventListener('abort', onAbort);
    },
  };
}

/** Waits for `work`, but no longer than the signal allows; the work itself goes on for others who wait for it. */
export async function waitWith<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  signal.throwIfAborted();
  let onAbort: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    // eslint would have an Error here; the reason is whatever the owner of the signal gave, and it goes back to that owner.
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
