import { Agent, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ServiceError } from '../../errors/kinds.js';
import { observed, type CallObserver } from '../../observe/calls.js';
import { answerJson, refusalOf } from './answer.js';
import { engineFailure } from './failure.js';
import { hijack } from './hijack.js';
import { limited, type CallLimits } from './limits.js';
import { negotiate } from './negotiate.js';
import { transmit, type EngineRequest } from './transmit.js';
import type { EngineVersion } from './wire.js';

/** Sends one request; resolves with the head of the answer, its body still to be read. Throws the engine's refusal. */
export type Dial = (request: EngineRequest) => Promise<IncomingMessage>;

export interface EngineOptions {
  /** Always a unix socket on this host. */
  readonly socketPath: string;
  readonly observer: CallObserver;
  /** For calls that read or change little. */
  readonly shortCallMs: number;
}

/**
 * The one way to the container engine: every call of every room goes through `call`, under a stable name.
 *
 * INVARIANTS: no state but the negotiated version. That is forgotten as soon as the engine is away, since it may come
 * back upgraded; calls that run side by side share one negotiation.
 */
export class Engine {
  readonly #agent = new Agent({ keepAlive: false });
  #version: Promise<EngineVersion> | undefined;

  constructor(private readonly options: EngineOptions) {}

  /** A call that should be answered soon. */
  short<T>(name: string, work: (dial: Dial) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.call(name, { timeoutMs: this.options.shortCallMs, signal }, work);
  }

  /** Throws the caller's reason when its signal aborted, else a ServiceError. */
  async call<T>(name: string, limits: CallLimits, work: (dial: Dial) => Promise<T>): Promise<T> {
    return observed(this.options.observer, { system: 'engine', name }, () =>
      limited(name, limits, async (signal) => {
        try {
          const { ApiVersion } = await this.version();
          return await work((request) => this.#dial(`/v${ApiVersion}`, request, signal));
        } catch (error) {
          throw signal.aborted ? error : this.#failed(name, error);
        }
      }),
    );
  }

  /**
   * A call that leaves a two-way stream of bytes, the caller's from then on. Errors as of `call`; the time limit is for
   * the stream to stand.
   */
  stream(name: string, path: string, body: object): Promise<Duplex> {
    const { socketPath, observer, shortCallMs } = this.options;
    return observed(observer, { system: 'engine', name }, () =>
      limited(name, { timeoutMs: shortCallMs }, async (signal) => {
        try {
          const { ApiVersion } = await this.version();
          return await hijack({ socketPath, path: `/v${ApiVersion}${path}`, body }, signal);
        } catch (error) {
          throw signal.aborted ? error : this.#failed(name, error);
        }
      }),
    );
  }

  /** The engine's version, with the API version that is spoken with it. Throws Unsupported for one too old. */
  version(): Promise<EngineVersion> {
    this.#version ??= this.#negotiate();
    return this.#version;
  }

  /** What is under way fails. */
  close(): void {
    this.#agent.destroy();
  }

  async #negotiate(): Promise<EngineVersion> {
    try {
      const limits = { timeoutMs: this.options.shortCallMs };
      const call = { system: 'engine', name: 'system.version' } as const;
      const version = await observed(this.options.observer, call, () =>
        limited(call.name, limits, async (signal) =>
          answerJson<EngineVersion>(await this.#dial('', { method: 'GET', path: '/version' }, signal)),
        ),
      );
      return { ...version, ApiVersion: negotiate(version) };
    } catch (error) {
      this.#version = undefined;
      throw this.#failed('system.version', error);
    }
  }

  #failed(name: string, error: unknown): ServiceError {
    const failure = engineFailure(name, error);
    if (failure.kind === 'Unavailable') this.#version = undefined;
    return failure;
  }

  async #dial(prefix: string, request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { socketPath } = this.options;
    const answer = await transmit({ socketPath, agent: this.#agent, prefix, signal }, request);
    const status = answer.statusCode ?? 0;
    if ((status >= 200 && status < 300) || request.fine?.includes(status) === true) return answer;
    throw await refusalOf(answer);
  }
}
