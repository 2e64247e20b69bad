import { kindOf, ServiceError, messageOf } from '../errors/kinds.js';
import type { Patience } from '../compute/ports/conductor.js';
import { observed, type CallObserver } from '../observe/calls.js';
import type { RequestContext } from '../observe/context.js';
import type { Logger } from '../observe/logger.js';
import { applyUpdates, manifest, type NovaObject, type ObjectName } from '../objects/index.js';
import type { RpcArgs, RpcCaller } from '../oslo/index.js';

export interface ConductorSettings {
  /** This host, as the rows name it. */
  readonly host: string;
  /** `[filter_scheduler] track_instance_changes` */
  readonly tracksInstanceChanges: boolean;
}

/** What calls to conductor are made with. */
export interface ConductorParts {
  readonly rpc: RpcCaller;
  /** `rpc_response_timeout` */
  readonly responseTimeoutMs: number;
  /** `long_rpc_timeout` */
  readonly longTimeoutMs: number;
  readonly log: Logger;
  readonly settings: ConductorSettings;
  readonly observer: CallObserver;
  /** A fresh context of the service itself: administrator, no user. */
  readonly ownContext: () => RequestContext;
  /** Resolves after that time, or at once when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface ConductorCall {
  /** For metrics and logs: `Instance.save`. */
  readonly name: string;
  readonly method: string;
  readonly args: RpcArgs;
}

/** What one compute service asks another. */
interface PeerCall {
  readonly server: string;
  readonly method: string;
  readonly args: RpcArgs;
  readonly isLong: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Longest pause between two tries while conductor or the broker is away. */
const MAX_PAUSE_MS = 10_000;

/**
 * Calls to nova-conductor on behalf of one request. A call whose answer did not come is made again as long as the
 * patience lasts; so everything that goes through here has to be safe to repeat.
 */
export class ConductorCalls {
  readonly #deadline: number;

  constructor(
    readonly parts: ConductorParts,
    readonly context: RequestContext,
    readonly patience: Patience,
  ) {
    this.#deadline = performance.now() + (patience.timeoutMs ?? Number.POSITIVE_INFINITY);
  }

  /**
   * A class method (conductor 3.0 object_class_action_versions); conductor ports the result back to our versions.
   * `args` are Python's positional arguments after the context.
   */
  async classAction(
    name: ObjectName,
    method: string,
    args: readonly unknown[],
    kwargs: RpcArgs = {},
  ): Promise<unknown> {
    const body = { objname: name, objmethod: method, object_versions: manifest(name), args, kwargs };
    const call = { name: `${name}.${method}`, method: 'object_class_action_versions', args: body };
    return this.#call(call, (error) => {
      throw error;
    });
  }

  /**
   * An instance method (conductor 3.0 object_action) on `sent`; what conductor changed is taken over into `local`.
   * `settled` is asked when the call is made again because its answer did not come and the repetition fails: did the
   * first one do it?
   */
  async objectAction<N extends ObjectName>(
    local: NovaObject<N>,
    method: string,
    options: {
      sent?: NovaObject<N>;
      args?: readonly unknown[];
      kwargs?: RpcArgs;
      settled?: () => Promise<boolean>;
    } = {},
  ): Promise<unknown> {
    const sent = options.sent ?? local;
    const body = { objinst: sent, objmethod: method, args: options.args ?? [], kwargs: options.kwargs ?? {} };
    const changes = sent.changes();
    const call = { name: `${local.name}.${method}`, method: 'object_action', args: body };
    const answer = await this.#call(call, async (error) => {
      if (options.settled !== undefined && (await options.settled())) return [{}, null];
      throw error;
    });
    const [updates, result] = answer as [unknown, unknown];
    applyUpdates(local, updates, changes);
    return result;
  }

  /** A cast; goes out once the broker takes it, or Interrupted when the patience ends before. */
  async cast(message: {
    topic: string;
    server?: string;
    method: string;
    namespace?: string;
    version: string;
    args: RpcArgs;
    uniqueId: string;
  }): Promise<void> {
    const { signal } = this.patience;
    const { rpc, observer } = this.parts;
    await observed(observer, { system: 'rpc', name: message.method }, () =>
      rpc.cast({ ...message, context: this.context, signal }),
    );
  }

  /** A call to another compute service; once, since who asks knows what an answer that did not come means. */
  async ask({ server, method, args, isLong, signal }: PeerCall): Promise<unknown> {
    const { rpc, observer, responseTimeoutMs, longTimeoutMs } = this.parts;
    const { context, patience } = this;
    const wait = isLong
      ? { timeoutMs: longTimeoutMs, callMonitorTimeoutS: responseTimeoutMs / 1000 }
      : { timeoutMs: Math.max(1, Math.min(responseTimeoutMs, this.#deadline - performance.now())) };
    const outgoing = { method, args, context, signal: signal ?? patience.signal };
    return observed(observer, { system: 'rpc', name: method }, () =>
      rpc.call({ topic: 'compute', server, version: '6.0', ...outgoing, ...wait, isRepeatable: true }),
    );
  }

  /** `repeated` decides about the refusal of a call that was made again because its first answer did not come. */
  async #call(call: ConductorCall, repeated: (error: unknown) => Promise<unknown>): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once(call);
      } catch (error) {
        if (!isAway(error)) {
          if (tries === 1) throw error;
          return repeated(error);
        }
        await this.#waitForNextTry(tries, error);
      }
    }
  }

  async #once({ name, method, args }: ConductorCall): Promise<unknown> {
    const { rpc, responseTimeoutMs, observer } = this.parts;
    const { signal } = this.patience;
    const timeoutMs = Math.max(1, Math.min(responseTimeoutMs, this.#deadline - performance.now()));
    const { context } = this;
    return observed(observer, { system: 'rpc', name }, () =>
      rpc.call({ topic: 'conductor', version: '3.0', method, args, context, timeoutMs, signal, isRepeatable: true }),
    );
  }

  async #waitForNextTry(tries: number, error: unknown): Promise<void> {
    const { signal } = this.patience;
    if (signal.aborted)
      throw new ServiceError('Interrupted', 'Stopped while nova-conductor was away.', { cause: error });
    const pauseMs = Math.min(MAX_PAUSE_MS, 250 * 2 ** tries);
    if (performance.now() + pauseMs >= this.#deadline) throw error;
    this.parts.log.warn('nova-conductor does not answer; asking again', { tries, pauseMs, reason: messageOf(error) });
    await this.parts.pause(pauseMs, signal);
  }
}

function isAway(error: unknown): boolean {
  const kind = kindOf(error);
  return kind === 'Timeout' || kind === 'Unavailable';
}
