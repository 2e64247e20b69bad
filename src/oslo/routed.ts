import type { OutgoingMessage, Publisher, PublishOutcome } from './publisher.js';
import { pause } from './waiting.js';

export interface Patience {
  readonly signal: AbortSignal | undefined;
  /** How long a message that no queue takes is published again. The broker's own absence does not count. */
  readonly patienceMs: number;
  /** Told each time that no queue took it. */
  readonly onUnroutable?: () => void;
}

const RETRY_MS = 250;

/**
 * Publishes a mandatory message until a queue takes it: the peer's queue may come back later than we do.
 * @throws the signal's reason; what publishing throws
 */
export async function publishUntilRouted(
  publisher: Publisher,
  message: OutgoingMessage,
  patience: Patience,
): Promise<PublishOutcome> {
  const { signal, patienceMs, onUnroutable } = patience;
  for (let since: number | undefined; ;) {
    if ((await publisher.publish(message, signal)) === 'confirmed') return 'confirmed';
    onUnroutable?.();
    since ??= performance.now();
    if (performance.now() - since >= patienceMs) return 'unroutable';
    await pause(RETRY_MS, signal);
  }
}
