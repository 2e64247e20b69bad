import type { ConsumeMessage } from 'amqplib';
import { messageOf } from '../errors/kinds.js';
import type { BrokerConnection, Session } from './broker-connection.js';
import { declareSubscription } from './declare.js';
import { fanoutQueueIsOurs, fanoutSubscription, topicSubscription, type Subscription } from './topology.js';
import type { Transport } from './transport.js';
import { patiently } from './waiting.js';

/** One message from the broker, and what to tell it. */
export interface Delivery {
  readonly topic: string;
  readonly content: Buffer;
  readonly properties: ConsumeMessage['properties'];
  /** False if the channel is gone: the broker will deliver again. */
  readonly ack: () => boolean;
  /** Drops the message at the broker. */
  readonly reject: () => void;
  /** Whether the broker still waits for an answer. */
  readonly isOpen: () => boolean;
}

export interface ListenerParts {
  readonly transport: Transport;
  readonly exchange: string;
  readonly topic: string;
  /** `[DEFAULT]host` */
  readonly server: string;
  /** Last part of the fanout queue's name. */
  readonly suffix: string;
  /** Must not throw. */
  readonly onDelivery: (delivery: Delivery) => void;
}

const DELETE_PATIENCE_MS = 2_000;

/**
 * Consumes `<topic>`, `<topic>.<server>` and the fanout queue of a topic over a connection of its own, declared and
 * consumed in that order (amqpdriver.py, listen, release 14), and again after every loss or cancel.
 *
 * INVARIANT: a delivery is acked on the channel that it came from or not at all.
 */
export class Listener {
  private readonly connection: BrokerConnection;
  private readonly subscriptions: readonly Subscription[];
  private consuming = true;
  private streamOffset: number | undefined;

  constructor(private readonly parts: ListenerParts) {
    const { transport, exchange, topic, server, suffix } = parts;
    this.subscriptions = [
      topicSubscription(transport.options, exchange, topic),
      topicSubscription(transport.options, exchange, `${topic}.${server}`),
      fanoutSubscription(transport.options, topic, suffix),
    ];
    this.connection = transport.connection(`listen ${topic}`, (session) => this.setUp(session));
  }

  /** Resolves when all three queues are consumed for the first time. @throws the signal's reason */
  async start(signal?: AbortSignal): Promise<void> {
    this.connection.start();
    await this.connection.session(signal);
  }

  /** No new deliveries; those that came stay open for their ack. Deletes the fanout queue, which is nobody's then. */
  async stopConsuming(): Promise<void> {
    this.consuming = false;
    if (this.connection.state !== 'up') return;
    const { channel } = await this.connection.session();
    const work = async (): Promise<void> => {
      for (const [index] of this.subscriptions.entries()) await channel.cancel(String(index + 1));
      const fanout = this.subscriptions.find((subscription) => subscription.kind === 'fanout');
      if (fanout && fanoutQueueIsOurs(this.parts.transport.options)) await channel.deleteQueue(fanout.queue.name);
    };
    const failed = (error: unknown): void => {
      this.parts.transport.log.warn('could not stop consuming in good order', {
        topic: this.parts.topic,
        reason: messageOf(error),
      });
    };
    await patiently(DELETE_PATIENCE_MS, work().catch(failed));
  }

  /** What was not acked goes back to the broker. */
  async close(): Promise<void> {
    await this.parts.transport.release(this.connection);
  }

  private async setUp(session: Session): Promise<void> {
    if (!this.consuming) return;
    const { options, knowledge, log } = this.parts.transport;
    const { channel } = session;
    if (options.rabbitQosPrefetchCount > 0) await channel.prefetch(options.rabbitQosPrefetchCount);
    for (const subscription of this.subscriptions) await declareSubscription({ session, knowledge, log }, subscription);
    for (const [index, subscription] of this.subscriptions.entries())
      await this.consume(session, subscription, String(index + 1));
  }

  private async consume(session: Session, subscription: Subscription, consumerTag: string): Promise<void> {
    const isStream = subscription.queue.arguments['x-queue-type'] === 'stream';
    const onMessage = (message: ConsumeMessage | null): void => {
      if (!message) return this.cancelled(session, subscription);
      if (isStream) this.noteOffset(message);
      this.parts.onDelivery(this.delivery(session, message));
    };
    const streamArguments = isStream ? { 'x-stream-offset': this.streamOffset ?? 'last' } : {};
    const consumerArguments = { ...subscription.consumerArguments, ...streamArguments };
    await session.channel.consume(subscription.queue.name, onMessage, { consumerTag, arguments: consumerArguments });
  }

  /** The queue was deleted under us, or moved to another node. A new stream begins anew. */
  private cancelled(session: Session, subscription: Subscription): void {
    this.streamOffset = undefined;
    session.restart(`the broker cancelled the consumer of ${subscription.queue.name}`);
  }

  private noteOffset(message: ConsumeMessage): void {
    const offset: unknown = message.properties.headers?.['x-stream-offset'];
    if (typeof offset === 'number') this.streamOffset = offset + 1;
  }

  private delivery(session: Session, message: ConsumeMessage): Delivery {
    const { channel } = session;
    const attempt = (answer: () => void): boolean => {
      try {
        answer();
        return true;
      } catch {
        // The channel is closed: amqplib throws, the broker delivers again.
        return false;
      }
    };
    return {
      topic: this.parts.topic,
      content: message.content,
      properties: message.properties,
      ack: () => attempt(() => channel.ack(message)),
      reject: () => void attempt(() => channel.reject(message, false)),
      isOpen: () => session.isOpen(),
    };
  }
}
