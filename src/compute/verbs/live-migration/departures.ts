/**
 * The live migrations from this host that are under way, so that one can be ended.
 *
 * INVARIANTS: one at a time for an instance (its turn); one that was cancelled is never handed on, one that was handed on
 * is never cancelled; what has ended is forgotten.
 */
export class Departures {
  readonly #open = new Map<string, Departure>();

  /** Runs `work` as the departure of this instance. */
  async run<T>(instanceUuid: string, work: (departure: Departure) => Promise<T>): Promise<T> {
    const departure = new Departure();
    this.#open.set(instanceUuid, departure);
    try {
      return await work(departure);
    } finally {
      this.#open.delete(instanceUuid);
      departure.end();
    }
  }

  of(instanceUuid: string): Departure | undefined {
    return this.#open.get(instanceUuid);
  }
}

export class Departure {
  readonly #cancelling = new AbortController();
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  #isHandedOn = false;

  constructor() {
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** Aborts when somebody cancels it. */
  get signal(): AbortSignal {
    return this.#cancelling.signal;
  }

  /** False: it is too late. */
  cancel(): boolean {
    if (this.#isHandedOn) return false;
    this.#cancelling.abort(new Error('cancelled'));
    return true;
  }

  /** From here on another host has it. Throws when it was cancelled. */
  handOn(): void {
    this.signal.throwIfAborted();
    this.#isHandedOn = true;
  }

  end(): void {
    this.#end();
  }
}
