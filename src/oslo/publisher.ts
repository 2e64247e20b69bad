import type { ConfirmChannel, Message, Options } from 'amqplib';
import { messageOf, ServiceError } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { BrokerConnection, Session } from './broker-connection.js';
import { compress } from './compression.js';
import { declareExchange, declareSubscription, type BrokerKnowledge } from './declare.js';
import type { RabbitOptions } from './options.js';
import type { ExchangeDeclaration, Subscription } from './topology.js';
import { pause, unlessAborted } from './waiting.js';

export interface OutgoingMessage {
  /** Declared once per channel before the first message goes to it; null is the default exchange. */
  readonly exchange: ExchangeDeclaration | null;
  /** Of a notification: the queue that is declared and bound with the exchange, so that nothing is lost before its first reader. */
  readonly queue?: Subscription;
  readonly routingKey: string;
  /** Not compressed. */
  readonly body: Buffer;
  /** The broker drops the message if nobody took it for so long. */
  readonly expirationMs?: number;
  /** Tell us when no queue takes it. */
  readonly mandatory?: boolean;
}

/** `unroutable`: mandatory, and no queue took it. */
export type PublishOutcome = 'confirmed' | 'unroutable';

export interface PublisherParts {
  readonly connection: BrokerConnection;
  readonly options: RabbitOptions;
  readonly knowledge: BrokerKnowledge;
  readonly log: Logger;
}

/** After a nack: the broker is in trouble, but the channel lives. */
const NACK_PAUSE_MS = 500;
/** How often the broker may close the channel over one message before the message is held to be the reason. */
const MAX_REFUSALS = 3;

/** As it goes over the wire. */
interface Packed {
  readonly body: Buffer;
  readonly properties: Options.Publish;
}

interface InFlight {
  readonly message: OutgoingMessage;
  readonly body: Buffer;
  returned: boolean;
}

/** What belongs to one channel. */
interface ChannelState {
  readonly declared: Map<string, Promise<void>>;
  /** Mandatory messages without confirmation yet. */
  readonly mandatory: Set<InFlight>;
}

/**
 * Publishes with confirms over one connection: a message is sent again until the broker has confirmed it.
 *
 * INVARIANT: the broker sends basic.return of a message before the confirm of it, on the same channel; so when the
 * confirm arrives, `returned` says whether a queue took the message.
 */
export class Publisher {
  private readonly channels = new WeakMap<ConfirmChannel, ChannelState>();

  constructor(private readonly parts: PublisherParts) {}

  /**
   * Resolves when the broker has the message, through any number of reconnects.
   * @throws the signal's reason; ServiceError Invalid when the broker refuses this message again and again.
   */
  async publish(message: OutgoingMessage, signal?: AbortSignal): Promise<PublishOutcome> {
    const packed = this.pack(message);
    for (let refusals = 0; ;) {
      const session = await this.parts.connection.session(signal);
      try {
        return await unlessAborted(this.once(session, message, packed), signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof RangeError || error instanceof TypeError) throw error;
        refusals += this.heed(session, message) ? 1 : 0;
        if (refusals >= MAX_REFUSALS) throw error instanceof ServiceError ? error : tooOften(session, message);
        this.parts.log.debug('publishing again', { routingKey: message.routingKey, reason: messageOf(error) });
        await this.afterFailure(session, signal);
      }
    }
  }

  /**
   * One attempt over the session that is up, without a limit of time: all that a message for the default exchange needs on a
   * good day, at a fraction of the price of `publish`. Undefined when it takes `publish`, also for whatever went wrong.
   */
  async publishNow(message: OutgoingMessage): Promise<PublishOutcome | undefined> {
    const session = this.parts.connection.ready;
    if (!session || message.exchange) return undefined;
    try {
      return await this.send(session, message, this.pack(message));
    } catch {
      return undefined;
    }
  }

  private pack(message: OutgoingMessage): Packed {
    const packed = compress(message.body, this.parts.options.kombuCompression);
    const headers = packed.header === undefined ? {} : { compression: packed.header };
    return { body: packed.body, properties: propertiesOf(message, headers) };
  }

  private async once(session: Session, message: OutgoingMessage, packed: Packed): Promise<PublishOutcome> {
    await this.declare(session, message);
    return this.send(session, message, packed);
  }

  private send({ channel }: Session, message: OutgoingMessage, packed: Packed): Promise<PublishOutcome> {
    const { body, properties } = packed;
    const { mandatory } = this.stateOf(channel);
    return new Promise((resolve, reject) => {
      const entry: InFlight = { message, body, returned: false };
      const onConfirm = (error: Error | null): void => {
        mandatory.delete(entry);
        if (error) reject(error);
        else resolve(entry.returned ? 'unroutable' : 'confirmed');
      };
      // Throws when the channel is closed; no answer comes before the event loop goes on.
      channel.publish(message.exchange?.name ?? '', message.routingKey, body, properties, onConfirm);
      if (message.mandatory) mandatory.add(entry);
    });
  }

  private async declare(session: Session, message: OutgoingMessage): Promise<void> {
    const { exchange, queue } = message;
    if (!exchange) return;
    const { declared } = this.stateOf(session.channel);
    const key = queue ? `queue ${queue.queue.name}` : `exchange ${exchange.name}`;
    // A fanout exchange goes with its last queue, whenever that is: never believe that it still exists.
    const known = exchange.type === 'fanout' ? undefined : declared.get(key);
    const declaring = { session, knowledge: this.parts.knowledge, log: this.parts.log };
    const work = known ?? (queue ? declareSubscription(declaring, queue) : declareExchange(declaring, exchange));
    declared.set(key, work);
    await work;
  }

  /** Whether the broker closed the channel with a reason that may lie in what we sent. A 404 is cured by declaring anew. */
  private heed(session: Session, message: OutgoingMessage): boolean {
    const code = session.refusedWith()?.code;
    if (code === 404 && message.exchange) this.parts.knowledge.foreignExchanges.delete(message.exchange.name);
    return code === 403 || code === 406 || code === 501 || code === 540;
  }

  private stateOf(channel: ConfirmChannel): ChannelState {
    const known = this.channels.get(channel);
    if (known) return known;
    const state: ChannelState = { declared: new Map(), mandatory: new Set() };
    this.channels.set(channel, state);
    channel.on('return', (message: Message) => {
      for (const entry of state.mandatory) {
        if (entry.message.routingKey === message.fields.routingKey && entry.body.equals(message.content))
          entry.returned = true;
      }
    });
    return state;
  }

  /** A lost session is waited out by the next round; a living one after a nack needs a pause. */
  private async afterFailure(session: Session, signal: AbortSignal | undefined): Promise<void> {
    const current = this.parts.connection.state === 'up' ? await this.parts.connection.session(signal) : undefined;
    if (current === session) await pause(NACK_PAUSE_MS, signal);
  }
}

function propertiesOf(message: OutgoingMessage, headers: object): Options.Publish {
  return {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    deliveryMode: 2,
    priority: 0,
    headers,
    mandatory: message.mandatory ?? false,
    ...(message.expirationMs !== undefined && { expiration: String(Math.max(1, Math.trunc(message.expirationMs))) }),
  };
}

function tooOften(session: Session, message: OutgoingMessage): ServiceError {
  const said = session.refusedWith();
  const text = `RabbitMQ refuses a message of ${message.body.length} bytes for '${message.routingKey}': ${said?.message ?? 'no reason given'}`;
  return new ServiceError(said?.code === 403 ? 'Forbidden' : 'Invalid', text);
}
