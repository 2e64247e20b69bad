import { messageOf } from '../errors/kinds.js';
import { handle, logFailure, type HandlingParts } from './handling.js';
import { MAX_UNENDED, type Inbox, type PendingMessage } from './inbox/inbox.js';
import type { RunningWork } from './running-work.js';
import { LeaveForRetry, type ParkedMessage } from './rpc.js';

/** When a cast's start is counted: before its handler is called, or when the handler calls `begin`. */
export type StartCounting = 'at-dispatch' | 'by-handler';

export interface CastParts extends HandlingParts {
  readonly inbox: Inbox;
  readonly work: RunningWork;
  readonly countStarts: StartCounting;
  /** Told of each message that is not tried again. */
  readonly onParked: (message: ParkedMessage) => Promise<void>;
  readonly signal: AbortSignal;
}

const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 60_000;

/**
 * Runs casts out of the inbox and sees to what their ends mean.
 *
 * INVARIANTS: a cast runs at most once at a time. Its file goes only when its handler has settled with anything but
 * LeaveForRetry. A start that is counted is taken back when the work is left in good order.
 */
export class Casts {
  /** Keys whose start is counted and whose end is not. */
  private readonly started = new Set<string>();
  private retrying = true;
  private readonly retries = new Map<string, { readonly timer: NodeJS.Timeout; readonly delayMs: number }>();

  constructor(private readonly parts: CastParts) {}

  /**
   * Starts a cast; parks it instead if it was started too often. Resolves when its handler has been called, so that
   * who awaits this has the handlers called in order. Never rejects.
   */
  async run(pending: PendingMessage, fromInbox: boolean): Promise<void> {
    if (pending.unended >= MAX_UNENDED) return this.park(pending);
    const begin = once(() => this.count(pending));
    if (this.parts.countStarts === 'at-dispatch') {
      const failure = await begin().catch((error: unknown) => error);
      if (failure instanceof Error) return this.leave(pending, failure.message);
    }
    this.parts.work.add(this.toItsEnd(pending, fromInbox, begin));
  }

  /** What is still running stays in the inbox, and that it is cut off does not count against it. */
  async giveBackStarted(): Promise<void> {
    for (const key of [...this.started]) await this.giveBack(key);
  }

  /** What is left from now on waits for the next process. */
  endRetries(): void {
    this.retrying = false;
    for (const { timer } of this.retries.values()) clearTimeout(timer);
    this.retries.clear();
  }

  /** Tells of parked messages that nobody was told of yet; what throws is told again after the next restart. */
  async reportParked(): Promise<void> {
    const { inbox, onParked, log } = this.parts;
    for (const { key, message } of await inbox.parked.takeUnreported()) {
      try {
        await onParked(message);
        await inbox.parked.markReported(key);
      } catch (error) {
        log.error('a parked message could not be reported', { method: message.method, key, reason: messageOf(error) });
      }
    }
  }

  private async toItsEnd(pending: PendingMessage, fromInbox: boolean, begin: () => Promise<number>): Promise<void> {
    const { request, uniqueId, attempts } = pending;
    const { signal } = this.parts;
    try {
      await handle(this.parts, request, { uniqueId, isCall: false, attempt: attempts + 1, fromInbox, begin, signal });
    } catch (error) {
      if (error instanceof LeaveForRetry) return this.leave(pending, error.message);
      logFailure(this.parts.log, 'a cast failed', { request, error });
    }
    await this.finish(pending);
  }

  private async count({ key }: PendingMessage): Promise<number> {
    try {
      const attempt = await this.parts.inbox.start(key);
      this.started.add(key);
      return attempt;
    } catch (error) {
      throw new LeaveForRetry(`its start could not be written down: ${messageOf(error)}`);
    }
  }

  private async giveBack(key: string): Promise<void> {
    if (!this.started.delete(key)) return;
    try {
      await this.parts.inbox.giveBack(key);
    } catch (error) {
      this.parts.log.error('a start could not be taken back in the inbox', { key, reason: messageOf(error) });
    }
  }

  private async finish({ key }: PendingMessage): Promise<void> {
    this.started.delete(key);
    this.retries.delete(key);
    try {
      await this.parts.inbox.finish(key);
    } catch (error) {
      const reason = messageOf(error);
      this.parts.log.error('the end of a message could not be written down: it is repeated after a restart', {
        key,
        reason,
      });
    }
  }

  private async leave(pending: PendingMessage, reason: string): Promise<void> {
    const { key, request } = pending;
    await this.giveBack(key);
    if (!this.retrying) return;
    const last = this.retries.get(key)?.delayMs ?? RETRY_FIRST_MS / 2;
    const delayMs = Math.min(RETRY_MAX_MS, last * 2);
    this.parts.log.warn('a message is left in the inbox and tried again', {
      method: request.method,
      key,
      reason,
      delayMs,
    });
    this.retries.set(key, { delayMs, timer: setTimeout(() => this.again(key), delayMs) });
  }

  private again(key: string): void {
    const pending = this.parts.inbox.get(key);
    if (pending) void this.run(pending, true);
  }

  private async park(pending: PendingMessage): Promise<void> {
    const facts = { method: pending.request.method, key: pending.key };
    try {
      const message = await this.parts.inbox.park(pending.key);
      this.parts.log.error('a message is parked and not tried again', { ...facts, reason: message?.reason });
      await this.reportParked();
    } catch (error) {
      this.parts.log.error('a message could not be parked', { ...facts, reason: messageOf(error) });
    }
  }
}

/** The same promise, however often it is asked for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
