interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Many wait for one disk write: whoever asks while `work` runs is served by its next run, together with all others
 * who came meanwhile.
 *
 * INVARIANTS: runs never overlap; a caller is answered by a run that began after it asked.
 */
export function grouped(work: () => Promise<void>): () => Promise<void> {
  let waiters: Waiter[] = [];
  let busy = false;
  const serve = async (): Promise<void> => {
    busy = true;
    while (waiters.length > 0) {
      const batch = waiters;
      waiters = [];
      try {
        await work();
        for (const waiter of batch) waiter.resolve();
      } catch (error) {
        for (const waiter of batch) waiter.reject(error);
      }
    }
    busy = false;
  };
  return () =>
    new Promise((resolve, reject) => {
      waiters.push({ resolve, reject });
      if (!busy) void serve();
    });
}
