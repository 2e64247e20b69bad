import { kindOf, messageOf, ServiceError } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { DeadReplyQueues } from './dead-replies.js';
import { encodeEnvelope } from './envelope.js';
import { encodeFailure } from './failure.js';
import { encodeReply, type ReplyAddress, type ReplyMessage } from './message.js';
import type { OutgoingMessage, Publisher } from './publisher.js';
import { publishUntilRouted } from './routed.js';
import { limited, type Limit } from './waiting.js';

export interface ReplierParts {
  readonly publisher: Publisher;
  readonly dead: DeadReplyQueues;
  /** How long a reply to a missing queue is tried again (`kombu_missing_consumer_retry_timeout`). */
  readonly missingQueueMs: number;
  /** `direct_mandatory_flag`. */
  readonly mandatory: boolean;
  readonly newId: () => string;
  readonly log: Logger;
}

/** How a call ended, as far as its caller is told. */
export type CallOutcome = { readonly result: unknown } | { readonly error: unknown };

/** A caller waits 60 s, or 60 s without heartbeat: after this no broker that comes back finds one waiting. */
const GIVE_UP_MS = 300_000;

/** Sends replies and call-monitor heartbeats (AMQPIncomingMessage, oslo_messaging/_drivers/amqpdriver.py, release 14). */
export class Replier {
  constructor(private readonly parts: ReplierParts) {}

  /** The one reply with `ending: true`. Never throws: what cannot be delivered is logged here. */
  async reply(to: ReplyAddress, outcome: CallOutcome): Promise<void> {
    try {
      await this.deliver(to, this.encode(to, outcome));
    } catch (error) {
      if (kindOf(error) === 'Invalid') {
        // Too large for the broker: the caller shall hear of it and not wait for its timeout.
        const small = new ServiceError('Internal', `the reply could not be sent: ${messageOf(error)}`);
        await this.deliver(to, this.encode(to, { error: small })).catch(() => {});
      }
      this.parts.log.error('a reply could not be sent', { messageId: to.messageId, reason: messageOf(error) });
    }
  }

  /** Resolves to whether a heartbeat reached the caller's queue; the next one is of no use if not. */
  async heartbeat(to: ReplyAddress): Promise<boolean> {
    if (this.parts.dead.has(to.replyQueue)) return false;
    const beat = this.body(to, { result: null, failure: null, ending: false });
    try {
      return (await this.parts.publisher.publish(this.message(to, beat))) === 'confirmed';
    } catch {
      return false;
    }
  }

  private encode(to: ReplyAddress, outcome: CallOutcome): Buffer {
    if ('error' in outcome) return this.failure(to, outcome.error);
    try {
      return this.body(to, { result: outcome.result, failure: null, ending: true });
    } catch (error) {
      this.parts.log.error('a result is not JSON', { messageId: to.messageId, reason: messageOf(error) });
      return this.failure(to, error);
    }
  }

  private failure(to: ReplyAddress, error: unknown): Buffer {
    return this.body(to, { result: null, failure: encodeFailure(error), ending: true });
  }

  private body(to: ReplyAddress, content: Pick<ReplyMessage, 'result' | 'failure' | 'ending'>): Buffer {
    return encodeEnvelope(encodeReply({ ...content, messageId: to.messageId, uniqueId: this.parts.newId() }));
  }

  /** Tries until a queue takes the reply, for as long as a caller that reconnects may need. */
  private async deliver(to: ReplyAddress, body: Buffer): Promise<void> {
    const { publisher, dead, missingQueueMs, log } = this.parts;
    const facts = { messageId: to.messageId, replyQueue: to.replyQueue };
    if (dead.has(to.replyQueue)) return log.debug('dropped a reply to a caller that is gone', facts);
    const message = this.message(to, body);
    if ((await publisher.publishNow(message)) === 'confirmed') return;
    const limit: Limit = limited(GIVE_UP_MS, undefined, () => new ServiceError('Timeout', 'no broker took the reply'));
    try {
      const patience = { signal: limit.signal, patienceMs: missingQueueMs };
      if ((await publishUntilRouted(publisher, message, patience)) === 'confirmed') return;
    } finally {
      limit.end();
    }
    dead.add(to.replyQueue);
    log.warn('the reply queue is gone with its caller, the reply is dropped', facts);
  }

  private message(to: ReplyAddress, body: Buffer): OutgoingMessage {
    return { exchange: null, routingKey: to.replyQueue, body, mandatory: this.parts.mandatory };
  }
}
