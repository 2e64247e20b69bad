import { kindOf, messageOf, ServiceError } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { DeadReplyQueues } from './dead-replies.js';
import { encodeEnvelope } from './envelope.js';
import { encodeFailure } from './failure.js';
import { encodeReply, type ReplyAddress, type ReplyMessage } from './message.js';
import type { Publisher, PublishOutcome } from './publisher.js';
import { limited, pause, type Limit } from './waiting.js';

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

const RETRY_MS = 250;
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
    const beat = this.message(to, { result: null, failure: null, ending: false });
    try {
      return (await this.publish(to, beat)) === 'confirmed';
    } catch {
      return false;
    }
  }

  private encode(to: ReplyAddress, outcome: CallOutcome): Buffer {
    if ('error' in outcome) return this.failure(to, outcome.error);
    try {
      return this.message(to, { result: outcome.result, failure: null, ending: true });
    } catch (error) {
      this.parts.log.error('a result is not JSON', { messageId: to.messageId, reason: messageOf(error) });
      return this.failure(to, error);
    }
  }

  private failure(to: ReplyAddress, error: unknown): Buffer {
    return this.message(to, { result: null, failure: encodeFailure(error), ending: true });
  }

  private message(to: ReplyAddress, content: Pick<ReplyMessage, 'result' | 'failure' | 'ending'>): Buffer {
    return encodeEnvelope(encodeReply({ ...content, messageId: to.messageId, uniqueId: this.parts.newId() }));
  }

  /** Tries until a queue takes the reply, for as long as a caller that reconnects may need. */
  private async deliver(to: ReplyAddress, body: Buffer): Promise<void> {
    const { dead, missingQueueMs, log } = this.parts;
    const facts = { messageId: to.messageId, replyQueue: to.replyQueue };
    const limit: Limit = limited(GIVE_UP_MS, undefined, () => new ServiceError('Timeout', 'no broker took the reply'));
    let missingSince: number | undefined;
    try {
      while (!dead.has(to.replyQueue)) {
        if ((await this.publish(to, body, limit.signal)) === 'confirmed') return;
        missingSince ??= performance.now();
        if (performance.now() - missingSince >= missingQueueMs) dead.add(to.replyQueue);
        else await pause(RETRY_MS, limit.signal);
      }
      log.warn('the reply queue is gone with its caller, the reply is dropped', facts);
    } finally {
      limit.end();
    }
  }

  private publish(to: ReplyAddress, body: Buffer, signal?: AbortSignal): Promise<PublishOutcome> {
    const { publisher, mandatory } = this.parts;
    return publisher.publish({ exchange: null, routingKey: to.replyQueue, body, mandatory }, signal);
  }
}
