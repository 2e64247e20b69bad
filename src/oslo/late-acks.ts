import type { ConsumeMessage } from 'amqplib';
import type { Session } from './broker-connection.js';

/** So many deliveries, or the oldest of them for so long, wait for one ack of all. */
const MOST = 64;
const LONGEST_MS = 500;

/**
 * Acks of deliveries of which it does no harm that they come again: one for many, where each for itself costs us and the
 * broker as much as the delivery.
 */
export class LateAcks {
  private last: { readonly session: Session; readonly delivery: ConsumeMessage } | undefined;
  private count = 0;
  private timer: NodeJS.Timeout | undefined;

  /** Each delivery of a session's channel has to be handed in: the last one's ack is theirs, too. */
  add(session: Session, delivery: ConsumeMessage): void {
    // What came over a channel that is lost can't be acked any more: the broker sends it again.
    if (this.last?.session !== session) this.count = 0;
    this.last = { session, delivery };
    this.count += 1;
    if (this.count >= MOST) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), LONGEST_MS);
  }

  /** What waits is acked now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { last } = this;
    this.last = undefined;
    this.count = 0;
    if (last?.session.isOpen() !== true) return;
    try {
      last.session.channel.ack(last.delivery, true);
    } catch {
      // Its channel is closing: the broker sends them again.
    }
  }
}
