import pLimit from 'p-limit';

/** Work of which only so much may run at a time. */
export type LimitName = 'builds' | 'snapshots' | 'liveMigrations';

export interface Limit {
  /** Runs `work` when a place is free; an abort ends the wait with the signal's reason and takes no place. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** From now on so many places; work that has one keeps it. 0 is unlimited, as Nova's options have it. */
  resize(places: number): void;
}

/** A limit of `places` at a time; 0 is unlimited. */
export function createLimit(places: number): Limit {
  const queue = pLimit(numberOf(places));
  return {
    async run(signal, work) {
      signal.throwIfAborted();
      const wait = new AbortController();
      const gaveUp = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: wait.signal });
      });
      // From here on the place is held until `work` ends, whatever the signal says: `work` hears it by itself.
      const inTurn = queue(() => {
        wait.abort();
        return signal.aborted ? Promise.reject(signal.reason as Error) : work();
      });
      return Promise.race([inTurn, gaveUp]);
    },
    resize(next) {
      queue.concurrency = numberOf(next);
    },
  };
}

function numberOf(places: number): number {
  return places === 0 ? Number.POSITIVE_INFINITY : places;
}
