/** Rejects with the signal's reason as soon as it is aborted; else settles as `work` does. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const free = (): void => signal.removeEventListener('abort', stop);
    // Beside the settling itself, not in a promise of its own behind it.
    work.then(free, free);
    work.then(resolve, reject);
  });
}

/** Waits; rejects with the signal's reason when it is aborted, and leaves no timer behind. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await unlessAborted(elapsed, signal);
  } finally {
    clearTimeout(timer);
  }
}

const NO_LONGER_NEEDED = new Error('no longer needed');

/** A limit of time on top of an outer signal. Whoever made it ends it. */
export interface Limit {
  readonly signal: AbortSignal;
  /** Aborts what still runs under the limit, quietly, and frees the timer. */
  end(): void;
}

/** A signal that is aborted with `reason()` after `ms`, with the outer signal's reason before that, or by `end`. */
export function limited(ms: number, outer: AbortSignal | undefined, reason: () => Error): Limit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason()), ms);
  const follow = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
      controller.abort(NO_LONGER_NEEDED);
    },
  };
}

/** Waits for work that never rejects, but not longer than `ms`. */
export async function patiently(ms: number, work: Promise<void>): Promise<void> {
  const patience = new AbortController();
  await Promise.race([work, pause(ms, patience.signal).catch(() => {})]);
  patience.abort();
}
