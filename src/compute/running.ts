/**
 * What is being worked on per instance, so that a deletion can end it.
 *
 * INVARIANTS: a signal handed out here aborts with the service's own or with `abort` of its key, whichever is first;
 * work that has ended is forgotten.
 */
export class RunningWork {
  readonly #controllers = new Map<string, Set<AbortController>>();

  /** Runs `work` under a signal that `abort(key)` and `parent` end. */
  async run<T>(key: string, parent: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const ofKey = this.#controllers.get(key) ?? new Set();
    this.#controllers.set(key, ofKey.add(controller));
    try {
      return await work(AbortSignal.any([parent, controller.signal]));
    } finally {
      ofKey.delete(controller);
      if (ofKey.size === 0) this.#controllers.delete(key);
    }
  }

  /** Ends all work of this key with `reason`; what waits for its turn is not meant, it has not begun. */
  abort(key: string, reason: Error): void {
    for (const controller of this.#controllers.get(key) ?? []) controller.abort(reason);
  }
}
