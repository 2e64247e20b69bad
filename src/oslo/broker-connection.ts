import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { messageOf, ServiceError } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { RabbitOptions } from './options.js';
import type { BrokerError } from './refusals.js';
import { patiently, pause, unlessAborted } from './waiting.js';

export type ConnectionState = 'up' | 'down' | 'closed';

/** A channel with everything declared on it, from one (re)connect to the next loss. */
export interface Session {
  readonly channel: ConfirmChannel;
  /** What the broker said when it closed the channel or the connection, once it has. */
  readonly refusedWith: () => BrokerError | undefined;
  readonly isOpen: () => boolean;
  /** Gives this session up and builds the next one. */
  readonly restart: (reason: string) => void;
}

export interface BrokerConnectionParts {
  /** For the log: `send`, `reply`, `listen compute`. */
  readonly purpose: string;
  readonly options: RabbitOptions;
  /** Connects to any host of the cluster, trying each once. */
  readonly dial: () => Promise<ChannelModel>;
  /** Declares, binds and consumes, after every (re)connect. May throw; then all is tried again. */
  readonly setup: (session: Session) => Promise<void>;
  readonly log: Logger;
}

/** Thrown by a set-up that was refused, but has learnt how to do it: the next try will differ. Not worth a complaint. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
}

/** A session that lived shorter than this did not prove that the broker is well: the pauses go on growing. */
const PROOF_MS = 10_000;
const CLOSE_PATIENCE_MS = 2_000;

/** An AMQP connection and why it ended. */
class Link {
  ended = false;
  /** The broker takes no messages for now, and says nothing of those that it is sent. */
  blocked = false;
  error: BrokerError | undefined;
  constructor(readonly model: ChannelModel) {
    model.on('blocked', () => (this.blocked = true));
    model.on('unblocked', () => (this.blocked = false));
    model.on('error', (error: Error) => this.note(error));
    model.on('close', (error?: Error) => {
      if (error) this.note(error);
      this.ended = true;
    });
  }

  note(error: Error): void {
    this.error ??= { code: (error as { code?: unknown }).code as number | undefined, message: error.message };
  }
}

interface LiveSession extends Session {
  /** Resolves to the reason of the loss; never rejects. */
  readonly lost: Promise<string>;
}

/**
 * One connection with one channel, kept up until it is closed: connects with failover, sets up, and begins again
 * after every loss of the connection or the channel, with growing pauses.
 *
 * INVARIANTS: at most one session is current. A session that is lost never becomes current again; its channel is
 * closed before the next one is set up, so the broker redelivers what that channel had not acked.
 */
export class BrokerConnection {
  private readonly stop = new AbortController();
  private readonly listeners = new Set<(state: ConnectionState) => void>();
  private link: Link | undefined;
  private current: LiveSession | undefined;
  private running: Promise<void> | undefined;
  private failures = 0;
  private complaint: string | undefined;

  constructor(private readonly parts: BrokerConnectionParts) {}

  /** Begins to connect; does nothing the second time. */
  start(): void {
    this.running ??= this.run();
  }

  get state(): ConnectionState {
    if (this.stop.signal.aborted) return 'closed';
    return this.live ? 'up' : 'down';
  }

  /** Between a channel's end and our hearing of it the session is of no use already. */
  private get live(): LiveSession | undefined {
    return this.current?.isOpen() ? this.current : undefined;
  }

  /** The session that is up and takes messages, if there is one. */
  get ready(): Session | undefined {
    return this.link?.blocked === true ? undefined : this.live;
  }

  /** Told of every change of state. Returns what ends it. */
  onState(listener: (state: ConnectionState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The current session; waits for one while the broker is away. @throws the signal's reason; Unavailable once closed */
  async session(signal?: AbortSignal): Promise<Session> {
    for (;;) {
      signal?.throwIfAborted();
      const { live } = this;
      if (live) return live;
      if (this.stop.signal.aborted)
        throw new ServiceError('Unavailable', `AMQP connection '${this.parts.purpose}' is closed`);
      await this.nextChange(signal);
    }
  }

  /** Closes channel and connection; nothing is retried any more. */
  async close(): Promise<void> {
    this.stop.abort(new ServiceError('Unavailable', `AMQP connection '${this.parts.purpose}' is closed`));
    this.current?.restart('closed by us');
    this.current = undefined;
    this.tell('closed');
    await this.running;
    await this.dropLink();
  }

  private async nextChange(signal: AbortSignal | undefined): Promise<void> {
    let forget = (): void => {};
    const change = new Promise<void>((resolve) => {
      forget = this.onState(() => resolve());
    });
    try {
      await unlessAborted(change, signal);
    } finally {
      forget();
    }
  }

  private tell(state: ConnectionState): void {
    for (const listener of [...this.listeners]) listener(state);
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        await this.oneSession();
      } catch (error) {
        this.failures += 1;
        this.complain(error);
      }
      await pause(this.pauseMs(), this.stop.signal).catch(() => {});
    }
  }

  /** Connect if need be, set up, and stay until the loss. @throws what kept it from coming up */
  private async oneSession(): Promise<void> {
    const link = await this.connected();
    const session = await this.openSession(link);
    try {
      await unlessAborted(this.parts.setup(session), this.stop.signal);
    } catch (error) {
      session.restart('set-up failed');
      await this.dropChannel(session);
      throw error;
    }
    const since = performance.now();
    this.current = session;
    this.complaint = undefined;
    this.parts.log.info('AMQP connection is up', { connection: this.parts.purpose });
    this.tell('up');
    const reason = await session.lost;
    this.failures = performance.now() - since < PROOF_MS ? this.failures + 1 : 0;
    this.lose(reason);
    await this.dropChannel(session);
  }

  private lose(reason: string): void {
    if (this.stop.signal.aborted) return;
    this.current = undefined;
    this.parts.log.warn('AMQP connection is down, reconnecting', { connection: this.parts.purpose, reason });
    this.tell('down');
  }

  private async connected(): Promise<Link> {
    if (this.link && !this.link.ended) return this.link;
    this.link = undefined;
    const model = await this.dialed();
    this.link = new Link(model);
    const facts = { connection: this.parts.purpose };
    model.on('blocked', (reason) =>
      this.parts.log.error('RabbitMQ blocks publishers (memory or disk alarm)', { ...facts, reason }),
    );
    model.on('unblocked', () => this.parts.log.info('RabbitMQ takes messages again', facts));
    return this.link;
  }

  /** A connection that comes after we were closed is closed at once, and nobody waits for it. */
  private async dialed(): Promise<ChannelModel> {
    const dialing = this.parts.dial();
    try {
      return await unlessAborted(dialing, this.stop.signal);
    } catch (error) {
      dialing.then((model) => new Link(model).model.close()).catch(() => {});
      throw error;
    }
  }

  private async openSession(link: Link): Promise<LiveSession> {
    const channel = await link.model.createConfirmChannel();
    let channelError: BrokerError | undefined;
    let lose: (reason: string) => void = () => {};
    const lost = new Promise<string>((resolve) => {
      lose = resolve;
    });
    const refusedWith = (): BrokerError | undefined => link.error ?? channelError;
    channel.on('error', (error: Error & { code?: number }) => {
      channelError ??= { code: error.code, message: error.message };
    });
    let open = true;
    channel.on('close', () => {
      open = false;
      lose(refusedWith()?.message ?? 'the channel ended');
    });
    channel.on('handler-error', (error: Error) => {
      this.parts.log.error('handling an AMQP event failed', { connection: this.parts.purpose, error: error.stack });
    });
    return { channel, refusedWith, lost, restart: lose, isOpen: () => open };
  }

  private async dropChannel(session: Session): Promise<void> {
    if (session.isOpen())
      await patiently(
        CLOSE_PATIENCE_MS,
        session.channel.close().catch(() => {}),
      );
  }

  private async dropLink(): Promise<void> {
    const link = this.link;
    this.link = undefined;
    if (link && !link.ended)
      await patiently(
        CLOSE_PATIENCE_MS,
        link.model.close().catch(() => {}),
      );
  }

  /** kombu's steps: interval, then backoff more each time, up to the maximum (retry_over_time, release 5.2). */
  private pauseMs(): number {
    const { options } = this.parts;
    if (this.failures === 0) return options.kombuReconnectDelayS * 1000;
    const seconds = options.rabbitRetryIntervalS + options.rabbitRetryBackoffS * (this.failures - 1);
    return Math.min(seconds, options.rabbitIntervalMaxS) * 1000;
  }

  /** Says the same thing once, however often it is tried. */
  private complain(error: unknown): void {
    const complaint = messageOf(error);
    if (this.stop.signal.aborted || complaint === this.complaint || error instanceof TryAgain) return;
    this.complaint = complaint;
    const nextTryS = this.pauseMs() / 1000;
    this.parts.log.error(`AMQP connection is not up: ${complaint}`, { connection: this.parts.purpose, nextTryS });
  }
}
