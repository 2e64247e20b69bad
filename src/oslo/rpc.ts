import type { RequestContext } from '../observe/context.js';

/** Named arguments of a call, or an object handed over the wire. */
export type RpcArgs = Readonly<Record<string, unknown>>;

/** Whom to ask. Without `server` any server of the topic takes it. */
export interface RpcTarget {
  /** The client's own control exchange unless said. */
  readonly exchange?: string;
  readonly topic: string;
  readonly server?: string;
  readonly namespace?: string;
  /** The oldest interface version that has the method, e.g. `3.0`. */
  readonly version: string;
}

interface Outgoing {
  readonly method: string;
  readonly args: RpcArgs;
  /** Of the request in whose course this is sent, unchanged; or an admin context. */
  readonly context: RequestContext;
  readonly signal?: AbortSignal;
}

export interface CallRequest extends RpcTarget, Outgoing {
  readonly timeoutMs: number;
  /** Only for long calls: the server shows every half of this that it is alive, and we give up after it. */
  readonly callMonitorTimeoutS?: number;
  /** Asking twice does no harm: when the broker was away meanwhile, fail soon instead of waiting for the timeout. */
  readonly isRepeatable?: boolean;
}

export interface CastRequest extends RpcTarget, Outgoing {
  /** Fresh unless said. A cast that handling a message sends derives its id from that message's, so a repetition does nothing. */
  readonly uniqueId?: string;
}

export type FanoutRequest = Omit<CastRequest, 'server' | 'exchange'>;

/** Sends requests to peers. */
export interface RpcCaller {
  /**
   * Asks and waits for the answer; waits through a broker's restart until the timeout.
   * @throws ServiceError Timeout without an answer; Unavailable for a repeatable request when the broker was away after
   * it was sent, so that nobody knows whether it was done; what the peer raised, by the table of classes; the signal's
   * reason.
   */
  call(request: CallRequest): Promise<unknown>;
  /** Resolves when the broker has the message; tries for ever, with one id, unless the signal says stop. */
  cast(request: CastRequest): Promise<void>;
  /** A cast to every server of the topic. */
  fanout(request: FanoutRequest): Promise<void>;
}

/** Turns what handlers and callers use into what travels, and back. */
export interface RpcSerializer {
  /** Outgoing arguments or an outgoing result. */
  serialize(value: unknown): unknown;
  /**
   * Incoming arguments (one by one, `argument` is its name) or an incoming result.
   * @throws ServiceError Invalid that names the field
   */
  deserialize(value: unknown, argument?: string): unknown;
}

/** A request on its way to a handler. */
export interface RpcRequest {
  readonly method: string;
  readonly namespace: string | null;
  readonly version: string;
  readonly args: RpcArgs;
  readonly context: RequestContext;
  readonly uniqueId: string;
  readonly isCall: boolean;
  /** Which start of this message's work this is, from 1; from 2 on side effects may exist: look first what is done. */
  readonly attempt: number;
  /** Read from disk after a restart, or tried again. */
  readonly fromInbox: boolean;
  /** Aborted when the service stops and its patience is over: throw LeaveForRetry at the next safe point. */
  readonly signal: AbortSignal;
  /**
   * Counts the start durably when the server counts 'by-handler' (once; later calls do nothing). Await it when the
   * wait in line is over and before the first side effect. Resolves to the attempt.
   */
  begin(): Promise<number>;
}

/** Resolves to the result of a call (ignored for a cast). A cast whose handler throws is done, unless it throws LeaveForRetry. */
export type RpcHandler = (request: RpcRequest) => Promise<unknown>;

/** Methods of one namespace and major version. The first endpoint that fits a request and has its method serves it. */
export interface RpcEndpoint {
  readonly namespace: string | null;
  /** Highest version served, e.g. `6.5`. */
  readonly version: string;
  readonly handlers: ReadonlyMap<string, RpcHandler>;
}

/**
 * Thrown by a handler of a cast whose work cannot be done now but must not be lost: the service stops, or conductor
 * is away. The message stays in the inbox, and this start does not count against it.
 */
export class LeaveForRetry extends Error {
  override readonly name = 'LeaveForRetry';
}

/** A message that is not tried again: its work was started too often without an end. */
export interface ParkedMessage {
  readonly uniqueId: string;
  readonly method: string;
  readonly namespace: string | null;
  readonly version: string;
  /** Secrets are blanked. */
  readonly args: RpcArgs;
  /** Without token and service catalogue. */
  readonly context: RequestContext;
  readonly attempts: number;
  readonly reason: string;
}
