import type { ConsumeMessage } from 'amqplib';
import { messageOf } from '../errors/kinds.js';
import type { BrokerConnection, Session } from './broker-connection.js';
import { declareSubscription } from './declare.js';
import { innerMessage } from './incoming.js';
import { LateAcks } from './late-acks.js';
import { decodeReply, type ReplyMessage } from './message.js';
import { replySubscription, type Subscription } from './topology.js';
import type { Transport } from './transport.js';

export interface ReplyListener {
  readonly reply: (reply: ReplyMessage) => void;
  /** The queue was away and is back, and no reply came in the time in which one that was kept would have come. */
  readonly lost: () => void;
}

/** After a reconnect, replies that the broker kept come at once; what has not come by then was lost with the broker. */
const KEPT_REPLIES_MS = 2000;

/**
 * The one reply queue of a process: `reply_<hex>`, consumed over a connection of its own, and declared and consumed
 * again under the same name after every reconnect, so that a call survives one.
 */
export class ReplyQueue {
  private readonly subscription: Subscription;
  private readonly connection: BrokerConnection;
  /** Runs after a reconnect, until the replies that the broker kept have come. */
  private grace: NodeJS.Timeout | undefined;
  private readonly waiting = new Map<string, ReplyListener>();
  private readonly acks = new LateAcks();

  constructor(
    private readonly transport: Transport,
    suffix: string,
  ) {
    this.subscription = replySubscription(transport.options, suffix);
    this.connection = transport.connection('reply', (session) => this.consume(session));
    this.connection.start();
  }

  get name(): string {
    return this.subscription.queue.name;
  }

  /** Resolves when the queue exists and is consumed. @throws the signal's reason */
  async ready(signal: AbortSignal): Promise<void> {
    await this.connection.session(signal);
  }

  /** Hands every reply with this message id to the listener, until the returned function is called. */
  listen(messageId: string, listener: ReplyListener): () => void {
    this.waiting.set(messageId, listener);
    return () => this.waiting.delete(messageId);
  }

  async close(): Promise<void> {
    this.acks.flush();
    await this.transport.release(this.connection);
    clearTimeout(this.grace);
  }

  private async consume(session: Session): Promise<void> {
    const { knowledge, log } = this.transport;
    const { queue, consumerArguments } = this.subscription;
    await declareSubscription({ session, knowledge, log }, this.subscription);
    const onMessage = (delivery: ConsumeMessage | null): void => {
      if (delivery) this.receive(session, delivery);
      else session.restart('the broker cancelled the reply consumer');
    };
    // Those who asked over the connection before: their request or its reply may have gone with it.
    const asked = [...this.waiting];
    await session.channel.consume(queue.name, onMessage, { consumerTag: '1', arguments: consumerArguments });
    clearTimeout(this.grace);
    if (asked.length > 0) this.grace = setTimeout(() => this.tellOfLoss(asked), KEPT_REPLIES_MS);
  }

  private tellOfLoss(asked: readonly (readonly [string, ReplyListener])[]): void {
    for (const [messageId, listener] of asked) {
      if (this.waiting.get(messageId) === listener) listener.lost();
    }
  }

  /** A reply that nobody waits for any more is of no use, so one that comes twice does no harm either. */
  private receive(session: Session, delivery: ConsumeMessage): void {
    this.acks.add(session, delivery);
    try {
      const reply = decodeReply(innerMessage(delivery));
      const listener = this.waiting.get(reply.messageId);
      if (listener) listener.reply(reply);
      else this.transport.log.debug('reply that nobody waits for', { messageId: reply.messageId });
    } catch (error) {
      this.transport.log.error('dropped a reply that cannot be read', { reason: messageOf(error) });
    }
  }
}
