import { ServiceError } from '../errors/kinds.js';
import type { RequestContext } from '../observe/context.js';
import { contextFromWire, contextToWire } from './context-wire.js';
import { isWireObject, type WireObject } from './envelope.js';

/** Where the reply of a call goes. Its presence (`_msg_id`) is what makes a request a call. */
export interface ReplyAddress {
  readonly messageId: string;
  readonly replyQueue: string;
  /** The caller's call-monitor timeout in seconds (`_timeout`); null: it has none and must get no heartbeats. */
  readonly monitorTimeoutS: number | null;
}

/** The inner message of a call or a cast (oslo_messaging/_drivers/amqpdriver.py and rpc/client.py, release 14). */
export interface RequestMessage {
  readonly method: string;
  readonly namespace: string | null;
  readonly version: string;
  readonly args: WireObject;
  readonly context: RequestContext;
  /** Null if its sender gave none: then duplicates cannot be told. */
  readonly uniqueId: string | null;
  readonly replyTo: ReplyAddress | null;
}

export interface ReplyMessage {
  readonly messageId: string;
  readonly uniqueId: string | null;
  readonly result: unknown;
  /** JSON of a failure; null when there was none. */
  readonly failure: string | null;
  /** False: a call-monitor heartbeat. */
  readonly ending: boolean;
}

function optionalText(message: WireObject, key: string): string | null {
  const value = message[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new ServiceError('Invalid', `${key} of a message is not a string`);
  return value;
}

/** Upstream takes int(_timeout) and goes without a monitor when that is no number (rpc/dispatcher.py, _watchdog). */
function monitorTimeoutS(value: unknown): number | null {
  const seconds = Math.trunc(Number(value ?? 0));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

function replyAddress(message: WireObject): ReplyAddress | null {
  const messageId = optionalText(message, '_msg_id');
  if (messageId === null) return null;
  const replyQueue = optionalText(message, '_reply_q');
  if (replyQueue === null) throw new ServiceError('Invalid', 'call without _reply_q');
  return { messageId, replyQueue, monitorTimeoutS: monitorTimeoutS(message['_timeout']) };
}

/** @throws ServiceError Invalid for what is no request. */
export function decodeRequest(message: WireObject): RequestMessage {
  const method = optionalText(message, 'method');
  if (method === null) throw new ServiceError('Invalid', 'message without method');
  const args = message['args'] ?? {};
  if (!isWireObject(args)) throw new ServiceError('Invalid', `args of ${method} are not an object`);
  return {
    method,
    namespace: optionalText(message, 'namespace'),
    version: optionalText(message, 'version') ?? '1.0',
    args,
    context: contextFromWire(message),
    uniqueId: optionalText(message, '_unique_id'),
    replyTo: replyAddress(message),
  };
}

/** The inner message; `_timeout` of a call is null unless it has a call monitor. */
export function encodeRequest(request: RequestMessage): WireObject {
  const { namespace, replyTo } = request;
  return {
    method: request.method,
    args: request.args,
    ...(namespace !== null && { namespace }),
    version: request.version,
    ...(replyTo && { _msg_id: replyTo.messageId, _reply_q: replyTo.replyQueue, _timeout: replyTo.monitorTimeoutS }),
    ...(request.uniqueId !== null && { _unique_id: request.uniqueId }),
    ...contextToWire(request.context),
  };
}

/** @throws ServiceError Invalid for what is no reply. */
export function decodeReply(message: WireObject): ReplyMessage {
  const messageId = optionalText(message, '_msg_id');
  if (messageId === null) throw new ServiceError('Invalid', 'reply without _msg_id');
  return {
    messageId,
    uniqueId: optionalText(message, '_unique_id'),
    result: message['result'] ?? null,
    failure: optionalText(message, 'failure'),
    ending: message['ending'] === true,
  };
}

export function encodeReply(reply: ReplyMessage): WireObject {
  return {
    result: reply.result ?? null,
    failure: reply.failure,
    ending: reply.ending,
    _msg_id: reply.messageId,
    ...(reply.uniqueId !== null && { _unique_id: reply.uniqueId }),
  };
}
