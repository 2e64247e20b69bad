import type { Clock } from '../settings.js';

export interface StallLimits {
  readonly clock: Clock;
  readonly stallTimeoutMs: number;
}

/**
 * Watches something that should move, until the signal aborts or it has stalled; then calls `stalled`, once.
 * `stillSince` tells since when (ms) nothing moved; undefined while nothing need move.
 */
export async function watchStall(
  { clock, stallTimeoutMs }: StallLimits,
  signal: AbortSignal,
  stillSince: () => number | undefined,
  stalled: () => void,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(stallTimeoutMs / 4, signal).catch(() => undefined);
    const since = stillSince();
    if (signal.aborted || since === undefined || clock.now().getTime() - since < stallTimeoutMs) continue;
    stalled();
    return;
  }
}
