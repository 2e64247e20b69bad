import { messageOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { Inbox, PendingMessage } from './inbox/inbox.js';
import type { StoredMessage } from './inbox/stored-message.js';
import { innerMessage } from './incoming.js';
import type { Delivery } from './listener.js';
import { decodeRequest, type ReplyAddress, type RequestMessage } from './message.js';
import { UniqueIds } from './unique-ids.js';
import { pause } from './waiting.js';

export interface IntakeParts {
  readonly inbox: Inbox;
  /** Calls the handler before it returns. */
  readonly runCall: (request: RequestMessage, replyTo: ReplyAddress) => void;
  /** Resolves when the handler has been called. Never rejects. */
  readonly runCast: (pending: PendingMessage) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => number;
  readonly log: Logger;
}

/** Pause before a message that the disk did not take is written again. */
const DISK_RETRY_MS = 2_000;

/**
 * From the broker to the handlers: reads, drops duplicates, acks, and keeps the order.
 *
 * INVARIANTS: a call is acked before its handler is called, and not run if the ack fails: it comes again. A cast is
 * acked only after the inbox has it. Handlers are called in the order of arrival, over all topics; only a cast that
 * the disk refused loses its place. Nothing here waits for a handler.
 */
export class Intake {
  private readonly recent = new UniqueIds();
  private line: Promise<void> = Promise.resolve();
  private inLine = 0;
  private diskComplaint = false;

  constructor(private readonly parts: IntakeParts) {}

  /** Takes one delivery. Never throws. */
  accept(delivery: Delivery): void {
    try {
      const message = innerMessage(delivery);
      const request = decodeRequest(message);
      if (request.replyTo) return this.acceptCall(delivery, request, request.replyTo);
      const uniqueId = request.uniqueId ?? this.parts.newId();
      const receivedAt = new Date(this.parts.now()).toISOString();
      this.acceptCast(delivery, request, { uniqueId, topic: delivery.topic, receivedAt, message });
    } catch (error) {
      this.parts.log.error('dropped a message that cannot be read', {
        topic: delivery.topic,
        reason: messageOf(error),
      });
      delivery.reject();
    }
  }

  /** Resolves when everything accepted so far was handed to its handler or given back to the broker. */
  async settled(): Promise<void> {
    await this.line;
  }

  private acceptCall(delivery: Delivery, request: RequestMessage, replyTo: ReplyAddress): void {
    const { uniqueId, method } = request;
    const duplicate = uniqueId !== null && this.recent.has(uniqueId);
    if (!delivery.ack()) return;
    if (duplicate) return this.parts.log.debug('dropped a duplicate', { method, uniqueId });
    if (uniqueId !== null) this.recent.add(uniqueId);
    this.inTurn(() => this.parts.runCall(request, replyTo));
  }

  private acceptCast(delivery: Delivery, request: RequestMessage, stored: StoredMessage): void {
    const putting = this.parts.inbox.put(stored, request);
    putting.catch(() => {});
    this.enqueue(async () => {
      try {
        const pending = await putting;
        this.diskComplaint = false;
        await this.keep(delivery, pending);
      } catch (error) {
        this.complain(error);
        void this.putAgain(delivery, request, stored);
      }
    });
  }

  /** The ack may fail: then the message comes again and is a duplicate. */
  private async keep(delivery: Delivery, pending: PendingMessage | 'duplicate'): Promise<void> {
    delivery.ack();
    if (pending === 'duplicate') this.parts.log.debug('dropped a duplicate', { topic: delivery.topic });
    else await this.parts.runCast(pending);
  }

  /** Holds the message, unacked, until the disk takes it or the broker takes it back. */
  private async putAgain(delivery: Delivery, request: RequestMessage, stored: StoredMessage): Promise<void> {
    while (delivery.isOpen()) {
      await pause(DISK_RETRY_MS);
      if (!delivery.isOpen()) return;
      try {
        const pending = await this.parts.inbox.put(stored, request);
        this.diskComplaint = false;
        return await this.keep(delivery, pending);
      } catch (error) {
        this.complain(error);
      }
    }
  }

  private complain(error: unknown): void {
    if (this.diskComplaint) return;
    this.diskComplaint = true;
    this.parts.log.error('the inbox cannot be written: messages wait at the broker until it can', {
      reason: messageOf(error),
    });
  }

  /** At once if nothing stands in the line: most calls never do, and a turn in it costs as much as reading them. */
  private inTurn(step: () => void): void {
    if (this.inLine > 0) return this.enqueue(() => Promise.resolve(step()));
    try {
      step();
    } catch (error) {
      this.notHandedOn(error);
    }
  }

  private enqueue(step: () => Promise<void>): void {
    this.inLine += 1;
    this.line = this.line
      .then(step)
      .catch((error: unknown) => this.notHandedOn(error))
      .finally(() => (this.inLine -= 1));
  }

  private notHandedOn(error: unknown): void {
    this.parts.log.error('a message could not be handed on', { reason: messageOf(error) });
  }
}
