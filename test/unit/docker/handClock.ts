import type { Clock } from '../../../src/docker/settings.js';

/** Time that a test turns on by itself. */
export function handClock(): Clock & { pass: (ms: number) => Promise<void> } {
  let nowMs = 0;
  const sleepers = new Set<() => void>();
  return {
    now: () => new Date(nowMs),
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.add(resolve);
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      }),
    pass: async (ms) => {
      nowMs += ms;
      for (const wake of [...sleepers]) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
