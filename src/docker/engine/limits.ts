import { ServiceError } from '../../errors/kinds.js';

/** How long a call may take. */
export interface CallLimits {
  /** null: as long as it takes (a load, a stop); then a signal should be able to end it. */
  readonly timeoutMs: number | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` with a signal that aborts when the caller's does or when the time is up. Throws the caller's reason, or
 * Timeout. Joined by hand: AbortSignal.any keeps its sources' listeners as long as the sources live.
 */
export async function limited<T>(
  call: string,
  limits: CallLimits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  limits.signal?.throwIfAborted();
  const own = new AbortController();
  const forward = (): void => {
    own.abort(limits.signal?.reason);
  };
  limits.signal?.addEventListener('abort', forward, { once: true });
  const { timeoutMs } = limits;
  const timer =
    timeoutMs === null
      ? undefined
      : setTimeout(() => {
          own.abort(new ServiceError('Timeout', `The container engine did not answer ${call} in ${timeoutMs} ms.`));
        }, timeoutMs);
  try {
    return await work(own.signal);
  } catch (error) {
    throw own.signal.aborted ? own.signal.reason : error;
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', forward);
  }
}
