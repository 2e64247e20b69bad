import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { runCall } from './calls.js';
import { Casts, type StartCounting } from './casts.js';
import { DeadReplyQueues } from './dead-replies.js';
import type { HandlingParts } from './handling.js';
import type { Inbox } from './inbox/inbox.js';
import { Intake } from './intake.js';
import { Listener } from './listener.js';
import { Replier } from './replier.js';
import { RunningWork } from './running-work.js';
import { LeaveForRetry, type ParkedMessage, type RpcEndpoint, type RpcSerializer } from './rpc.js';
import type { Transport } from './transport.js';
import { patiently } from './waiting.js';

export interface RpcServerParts {
  readonly transport: Transport;
  /** `[DEFAULT]control_exchange` */
  readonly exchange: string;
  /** `[DEFAULT]host`: last part of our own queue's name. */
  readonly server: string;
  readonly endpoints: readonly RpcEndpoint[];
  readonly inbox: Inbox;
  readonly serializer?: RpcSerializer;
  readonly onParked?: (message: ParkedMessage) => Promise<void>;
  /** `by-handler` if handlers wait in lines of their own and call `request.begin()` when their turn comes. */
  readonly countStarts?: StartCounting;
  readonly now?: () => number;
}

export interface StopOptions {
  /** How long running work may go on. */
  readonly deadlineMs: number;
  /** How long handlers have, after that, to come to a safe point once their signal is aborted. */
  readonly graceMs: number;
}

function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/**
 * Serves the same endpoints on one or more topics (oslo_messaging/rpc/server.py, release 14), with an inbox for casts.
 * Order of life: construct, `recover`, `listen` to each topic, `stop`.
 */
export class RpcServer {
  private readonly listeners = new Map<string, Listener>();
  private readonly work = new RunningWork();
  private readonly stopping = new AbortController();
  private readonly intake: Intake;
  private readonly casts: Casts;
  private readonly suffix: string;

  constructor(private readonly parts: RpcServerParts) {
    const { transport, inbox, serializer, endpoints, now = Date.now } = parts;
    const { log, options } = transport;
    const handling: HandlingParts = { endpoints, serializer, newUuid: randomUUID, log };
    const replier = new Replier({
      publisher: transport.publisher,
      dead: new DeadReplyQueues(() => performance.now()),
      missingQueueMs: options.kombuMissingConsumerRetryTimeoutS * 1000,
      mandatory: options.directMandatoryFlag,
      newId,
      log,
    });
    const { signal } = this.stopping;
    const { onParked = () => Promise.resolve(), countStarts = 'at-dispatch' } = parts;
    this.casts = new Casts({ ...handling, inbox, work: this.work, countStarts, onParked, signal });
    this.intake = new Intake({
      inbox,
      runCall: (request, replyTo) => this.work.add(runCall({ ...handling, replier, signal }, request, replyTo)),
      runCast: (pending) => this.casts.run(pending, false),
      newId,
      now,
      log,
    });
    this.suffix = options.useQueueManager ? `${hostname()}:${transport.program}:1` : newId();
  }

  /** Requests whose handler has not settled. */
  get running(): number {
    return this.work.size;
  }

  /**
   * Starts what stands in the inbox, in order of arrival, and tells of what was parked. Before any `listen`, so that
   * it comes before what waits in the queues. Resolves to the number of messages when their handlers have been called.
   */
  async recover(): Promise<number> {
    await this.casts.reportParked();
    const pending = this.parts.inbox.list();
    for (const message of pending) await this.casts.run(message, true);
    return pending.length;
  }

  /** Serves a topic too. Resolves when it is consumed for the first time; goes on through losses until `stop`. */
  async listen(topic: string, signal?: AbortSignal): Promise<void> {
    if (this.listeners.has(topic)) return;
    const { transport, exchange, server } = this.parts;
    const onDelivery = (delivery: Parameters<Intake['accept']>[0]): void => this.intake.accept(delivery);
    const listener = new Listener({ transport, exchange, topic, server, suffix: this.suffix, onDelivery });
    this.listeners.set(topic, listener);
    await listener.start(signal);
  }

  /** Takes no new messages of a topic; what runs goes on. */
  async unlisten(topic: string): Promise<void> {
    const listener = this.listeners.get(topic);
    this.listeners.delete(topic);
    await listener?.stopConsuming();
    await this.intake.settled();
    await listener?.close();
  }

  /**
   * Takes no new messages, waits for what runs until the deadline, then aborts it and waits for the grace. Casts that
   * have not ended by then stay in the inbox, uncounted. Resolves to the number of requests that still run.
   */
  async stop({ deadlineMs, graceMs }: StopOptions): Promise<number> {
    for (const topic of [...this.listeners.keys()]) await this.unlisten(topic);
    this.casts.endRetries();
    await patiently(deadlineMs, this.work.idle());
    this.stopping.abort(new LeaveForRetry('the service stops'));
    await patiently(graceMs, this.work.idle());
    await this.casts.giveBackStarted();
    return this.work.size;
  }
}
