import { messageOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';

export interface PeriodicTask {
  readonly name: string;
  /** 0 or less: the task is off. */
  readonly everyMs: number;
  /** Time before the first run. */
  readonly firstAfterMs: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/**
 * Runs tasks at their intervals until the signal aborts; resolves when the last one has ended.
 *
 * INVARIANTS: a task never overlaps with itself, the pause counts from its end; one task's failure or slowness
 * touches no other.
 */
export async function runPeriodically(tasks: readonly PeriodicTask[], signal: AbortSignal, log: Logger): Promise<void> {
  await Promise.all(tasks.filter((task) => task.everyMs > 0).map((task) => runTask(task, signal, log)));
}

async function runTask(task: PeriodicTask, signal: AbortSignal, log: Logger): Promise<void> {
  for (let pauseMs = task.firstAfterMs; await pause(pauseMs, signal); pauseMs = task.everyMs) {
    try {
      await task.run(signal);
    } catch (error) {
      if (!signal.aborted) log.error(`Periodic task ${task.name} failed`, { error, reason: messageOf(error) });
    }
  }
}

/** True when the time is over, false when the signal came first. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return new Promise((resolve) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
