import { Agent, type IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import type { Duplex, Readable } from 'node:stream';
import Dockerode from 'dockerode';
import type { ServiceError } from '../../errors/kinds.js';
import { observed, type CallObserver } from '../../observe/calls.js';
import { answerJson, refusalOf } from './answer.js';
import { engineFailure } from './failure.js';
import { hijack } from './hijack.js';
import { limited, type CallLimits } from './limits.js';
import { negotiate } from './negotiate.js';
import type { EngineVersion } from './wire.js';

/** What the engine shows a registry (AuthConfig of its API). Secret. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** One HTTP request to the engine. Its path is without the version. */
export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** A plain object goes as JSON. */
  readonly body?: object;
  /** A tar archive, streamed. */
  readonly archive?: Readable;
  /** Handed to a registry, in a header of its own. */
  readonly credentials?: RegistryCredentials;
  /** Answers beside 2xx that are no failure, such as 304. */
  readonly fine?: readonly number[];
}

/** Sends one request; resolves with the head of the answer, its body still to be read. Throws the engine's refusal. */
export type Dial = (request: EngineRequest) => Promise<IncomingMessage>;

export interface EngineOptions {
  /** Always a unix socket on this host. */
  readonly socketPath: string;
  readonly observer: CallObserver;
  /** For calls that read or change little. */
  readonly shortCallMs: number;
}

/** The part of dockerode that is used. */
type Modem = Dockerode['modem'];

/** The client answers every status with the stream of its body; what it means is decided here, in one place. */
const EVERY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

/**
 * The one way to the container engine: every call of every room goes through `call`, under a stable name.
 *
 * Of dockerode only its transport is used: its methods collect an answer without noticing that the engine died in
 * the middle of it, and then never settle.
 *
 * INVARIANTS: no state but the negotiated version. That is forgotten as soon as the engine is away, since it may come
 * back upgraded; calls that run side by side share one negotiation.
 */
export class Engine {
  readonly #modem: Modem;
  readonly #agent = briefly(new Agent({ keepAlive: false }));
  #version: Promise<EngineVersion> | undefined;

  constructor(private readonly options: EngineOptions) {
    // Host, protocol and keys are given so that DOCKER_HOST and DOCKER_CERT_PATH of the environment mean nothing.
    const here = { socketPath: options.socketPath, host: '', protocol: 'http' as const, agent: this.#agent };
    this.#modem = new Dockerode(here).modem;
  }

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
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      this.#modem.dial(
        {
          path: `${prefix}${request.path}${request.query === undefined ? '' : '?'}`,
          method: request.method,
          options: { _query: request.query ?? {}, _body: request.body ?? {} },
          file: request.archive,
          authconfig: request.credentials,
          isStream: true,
          statusCodes: EVERY_STATUS,
          abortSignal: signal,
        },
        (error, result) => {
          if (error instanceof Error) reject(error);
          else resolve(result as IncomingMessage);
        },
      );
    });
    const status = answer.statusCode ?? 0;
    if ((status >= 200 && status < 300) || request.fine?.includes(status) === true) return answer;
    throw await refusalOf(answer);
  }
}

/**
 * docker-modem describes the whole of every request for a debug log, whether anybody reads it or not. With the agent, its
 * sockets and their parsers that was a third of the processor time of a boot; now it says its name.
 */
function briefly(agent: Agent): Agent {
  return Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
}
