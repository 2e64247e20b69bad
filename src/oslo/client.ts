import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ServiceError } from '../errors/kinds.js';
import { encodeEnvelope } from './envelope.js';
import { decodeFailure, type KindOfClass } from './failure.js';
import { encodeRequest, type ReplyAddress, type ReplyMessage, type RequestMessage } from './message.js';
import type { OutgoingMessage } from './publisher.js';
import { publishUntilRouted } from './routed.js';
import { ReplyQueue } from './reply-queue.js';
import type { CallRequest, CastRequest, FanoutRequest, RpcArgs, RpcCaller, RpcSerializer } from './rpc.js';
import { fanoutExchange, topicExchange } from './topology.js';
import type { Transport } from './transport.js';
import { limited, unlessAborted, type Limit } from './waiting.js';

export interface RpcClientParts {
  readonly transport: Transport;
  /** `[DEFAULT]control_exchange`; nova's is `nova`. */
  readonly exchange: string;
  /** Kinds of the exception classes that peers raise. */
  readonly kindOfClass: KindOfClass;
  readonly serializer?: RpcSerializer;
  /** 32 hexadecimal digits, never the same twice. */
  readonly newId?: () => string;
}

function hexId(): string {
  return randomUUID().replaceAll('-', '');
}

function timeoutError(request: CallRequest, messageId: string, what: string): ServiceError {
  const target = request.server === undefined ? request.topic : `${request.topic}.${request.server}`;
  return new ServiceError('Timeout', `${what} from '${target}' to ${request.method} (message ${messageId})`, {
    nova: { name: 'MessagingTimeout', module: 'oslo_messaging.exceptions' },
  });
}

interface CallInProgress {
  readonly messageId: string;
  readonly replies: ReplyQueue;
  readonly limit: Limit;
  /** `there`: the broker has no queue for the request. */
  readonly nobody: { there: boolean };
}

/** How long a cast is published again that no queue takes. */
const CAST_PATIENCE_MS = 60_000;

/** The broker was away between request and reply. Whether the peer did what was asked is not known. */
function lostError(request: CallRequest, messageId: string): ServiceError {
  const what = `${request.method} (message ${messageId})`;
  return new ServiceError('Unavailable', `the broker was away while '${request.topic}' was asked for ${what}`);
}

/**
 * Calls, casts and fanouts (oslo_messaging/rpc/client.py, release 14). Unlike upstream, calls and casts are published
 * `mandatory`, and again while no queue takes them: after a broker's restart a peer's queue may come back later than
 * we do, and what is sent in between would be lost without a word.
 */
export class RpcClient implements RpcCaller {
  private replyQueue: ReplyQueue | undefined;
  private readonly newId: () => string;

  constructor(private readonly parts: RpcClientParts) {
    this.newId = parts.newId ?? hexId;
  }

  async call(request: CallRequest): Promise<unknown> {
    const messageId = this.newId();
    const nobody = { there: false };
    const limit = limited(request.timeoutMs, request.signal, () =>
      timeoutError(
        request,
        messageId,
        `no ${nobody.there ? 'queue, so no reply' : 'reply'} within ${request.timeoutMs / 1000} s`,
      ),
    );
    try {
      const replies = this.replies();
      await replies.ready(limit.signal);
      const reply = await this.exchange(request, { messageId, replies, limit, nobody });
      return this.resultOf(reply);
    } finally {
      limit.end();
    }
  }

  async cast(request: CastRequest): Promise<void> {
    const message = this.toTopic(request, request.uniqueId ?? this.newId(), null);
    const outcome = await publishUntilRouted(this.parts.transport.publisher, message, {
      signal: request.signal,
      patienceMs: CAST_PATIENCE_MS,
    });
    if (outcome === 'confirmed') return;
    throw new ServiceError(
      'Unavailable',
      `no queue '${message.routingKey}' takes ${request.method}: is its service running?`,
    );
  }

  async fanout(request: FanoutRequest): Promise<void> {
    const exchange = fanoutExchange(this.parts.transport.options, request.topic);
    const body = this.encode(request, request.uniqueId ?? this.newId(), null);
    await this.parts.transport.publisher.publish({ exchange, routingKey: '', body }, request.signal);
  }

  /** Gives the reply queue back. Calls in progress go on until their timeouts, without hope: stop calling first. */
  async close(): Promise<void> {
    await this.replyQueue?.close();
    this.replyQueue = undefined;
  }

  private replies(): ReplyQueue {
    const { transport } = this.parts;
    const stable = `${hostname()}:${transport.program}:1`;
    this.replyQueue ??= new ReplyQueue(transport, transport.options.useQueueManager ? stable : this.newId());
    return this.replyQueue;
  }

  /** Publishes and waits for the ending reply. A reply proves the request arrived, so publishing ends with it. */
  private async exchange(request: CallRequest, call: CallInProgress): Promise<ReplyMessage> {
    const { messageId, replies, limit, nobody } = call;
    const monitorTimeoutS = request.callMonitorTimeoutS ?? null;
    const message = this.toTopic(request, this.newId(), { messageId, replyQueue: replies.name, monitorTimeoutS });
    let forget = (): void => {};
    let monitor: NodeJS.Timeout | undefined;
    const ending = new Promise<ReplyMessage>((resolve, reject) => {
      const rearm = (): void => {
        clearTimeout(monitor);
        if (monitorTimeoutS === null || limit.signal.aborted) return;
        const dead = (): void =>
          reject(timeoutError(request, messageId, `no sign of life within ${monitorTimeoutS} s`));
        monitor = setTimeout(dead, monitorTimeoutS * 1000);
      };
      let isSent = false;
      forget = replies.listen(messageId, {
        reply: (reply) => (reply.ending ? resolve(reply) : rearm()),
        // What is not sent yet goes out over the new connection.
        lost: () => {
          if (isSent && request.isRepeatable === true) reject(lostError(request, messageId));
        },
      });
      const onSent = (): void => {
        isSent = true;
        rearm();
      };
      const onUnroutable = (): void => {
        if (!nobody.there) rearm();
        nobody.there = true;
      };
      const patience = { signal: limit.signal, patienceMs: request.timeoutMs, onUnroutable };
      publishUntilRouted(this.parts.transport.publisher, message, patience).then(onSent, reject);
    });
    try {
      return await unlessAborted(ending, limit.signal);
    } finally {
      clearTimeout(monitor);
      forget();
    }
  }

  private resultOf(reply: ReplyMessage): unknown {
    if (reply.failure !== null) throw decodeFailure(reply.failure, this.parts.kindOfClass);
    return this.parts.serializer ? this.parts.serializer.deserialize(reply.result) : reply.result;
  }

  private toTopic(request: CallRequest | CastRequest, uniqueId: string, replyTo: ReplyAddress | null): OutgoingMessage {
    const { topic, server, exchange = this.parts.exchange } = request;
    return {
      exchange: topicExchange(this.parts.transport.options, exchange),
      routingKey: server === undefined ? topic : `${topic}.${server}`,
      body: this.encode(request, uniqueId, replyTo),
      mandatory: true,
      ...('timeoutMs' in request && { expirationMs: request.timeoutMs }),
    };
  }

  private encode(
    request: CallRequest | CastRequest | FanoutRequest,
    uniqueId: string,
    replyTo: ReplyAddress | null,
  ): Buffer {
    const message: RequestMessage = {
      method: request.method,
      namespace: request.namespace ?? null,
      version: request.version,
      args: this.serialized(request.args),
      context: request.context,
      uniqueId,
      replyTo,
    };
    return encodeEnvelope(encodeRequest(message));
  }

  private serialized(args: RpcArgs): RpcArgs {
    const { serializer } = this.parts;
    if (!serializer) return args;
    return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, serializer.serialize(value)]));
  }
}
