import { messageOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';

export interface PeriodicTask {
  readonly name: string;
  /** Asked before every pause. 0 or less: the task is off, until somebody says that the intervals have changed. */
  readonly everyMs: () => number;
  /** Time before the first run, if the task is on. */
  readonly firstAfterMs: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** How long to pause; undefined: until something changes. */
type Pause = () => number | undefined;

/** A timer takes no more. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Runs tasks at their intervals.
 *
 * INVARIANTS: a task never overlaps with itself, the pause counts from its end; one task's failure or slowness touches
 * no other. A changed interval counts from the end of the last run, too.
 */
export class PeriodicRunner {
  /** Ends of the pauses that are on. */
  readonly #sleeping = new Set<() => void>();

  constructor(
    private readonly tasks: readonly PeriodicTask[],
    private readonly log: Logger,
  ) {}

  /** Until the signal aborts; resolves when the last run has ended. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    await Promise.all(this.tasks.map((task) => this.#runTask(task, signal)));
  }

  /** Intervals may have changed: whoever pauses looks how long he has to. */
  intervalsChanged(): void {
    this.#wake();
  }

  async #runTask(task: PeriodicTask, signal: AbortSignal): Promise<void> {
    const ifOn = (ms: () => number): Pause => {
      return () => (task.everyMs() > 0 ? ms() : undefined);
    };
    let pause = ifOn(() => task.firstAfterMs);
    while (await this.#sleep(pause, signal)) {
      pause = ifOn(() => task.everyMs());
      try {
        await task.run(signal);
      } catch (error) {
        if (!signal.aborted) this.log.error(`Periodic task ${task.name} failed`, { error, reason: messageOf(error) });
      }
    }
  }

  /** True when the time is over, false when the signal came first. */
  async #sleep(pause: Pause, signal: AbortSignal): Promise<boolean> {
    const startedAt = performance.now();
    while (!signal.aborted) {
      const wanted = pause();
      const left = wanted === undefined ? LONGEST_MS : wanted - (performance.now() - startedAt);
      if (left <= 0) return true;
      await this.#nap(Math.min(left, LONGEST_MS));
    }
    return false;
  }

  #nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#sleeping.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#sleeping.add(end);
    });
  }

  #wake(): void {
    for (const end of [...this.#sleeping]) end();
  }
}
