/**
 * One queue per key: work on one instance runs in the order in which it was asked for, work on different
 * instances side by side.
 *
 * INVARIANTS: at most one piece of work per key runs at a time; a failed one does not stop the next;
 * a key with nothing waiting takes no memory.
 */
export class KeyedLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` when everything asked for this key before is done; gives what it gives. */
  async run<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    const tail = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }

  /** Resolves when all that was asked for this key until now is done, however it ended. */
  async idle(key: string): Promise<void> {
    await this.#tails.get(key);
  }

  /** Whether work on this key is running or waiting. */
  isBusy(key: string): boolean {
    return this.#tails.has(key);
  }
}
