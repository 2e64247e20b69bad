import { setMaxListeners } from 'node:events';
import { messageOf } from '../../errors/kinds.js';
import type { Engine } from '../engine/engine.js';
import { followEvents, pingEngine } from '../engine/system.js';
import type { EngineMessage } from '../engine/wire.js';
import type { Logger } from '../../observe/logger.js';
import type { Clock } from '../settings.js';
import { backoffMs } from './backoff.js';
import { EVENT_ACTIONS, EVENT_TYPES, eventTimeMs } from './message.js';

/** What the stream tells: messages of the engine, and its own two edges. */
export type StreamNews =
  | { readonly type: 'message'; readonly message: EngineMessage }
  | { readonly type: 'lost'; readonly at: Date }
  | { readonly type: 'back'; readonly at: Date };

export interface EventStreamParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** How often a silent stream is asked whether the engine still lives. */
const PING_INTERVAL_MS = 15_000;

/**
 * The engine's event stream, kept up by itself. One for all who listen.
 *
 * INVARIANTS:
 * - `live` is true exactly between a `back` and the next `lost`; the two alternate, and the first is whichever is so.
 * - While `live`, no event is missed: a connection asks for what happened since the last message (or since before the
 *   connection was made), and a message that comes twice is told once.
 * - After a `back` anything may have happened before it: listeners compare.
 * - Only one `run` at a time follows the engine; the others wait for its end and take over.
 */
export class EventStream {
  readonly #listeners = new Set<(news: StreamNews) => void>();
  #state: 'unknown' | 'live' | 'lost' = 'unknown';
  /** Engine time of the newest message; 0 before the first. */
  #lastMs = 0;
  #seen = new Set<string>();
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: EventStreamParts) {}

  get live(): boolean {
    return this.#state === 'live';
  }

  /** Hears everything until the function that it returns is called. */
  listen(listener: (news: StreamNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Keeps the stream up until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const before = this.#running;
    const turn = before.then(() => this.#follow(signal));
    this.#running = turn;
    await turn;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    // Every try adds its listeners to the one signal and takes them away again.
    setMaxListeners(0, signal);
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#once(signal, () => (failures = 0));
        this.#lost(signal, 'the stream ended');
      } catch (error) {
        this.#lost(signal, messageOf(error));
      }
      failures += 1;
      await this.parts.clock.sleep(backoffMs(failures - 1, this.parts.random), signal).catch(() => undefined);
    }
  }

  /** One connection, from its start to its end. A hung engine counts as an ended one. */
  async #once(signal: AbortSignal, opened: () => void): Promise<void> {
    const connection = new AbortController();
    const end = (): void => {
      connection.abort(signal.reason);
    };
    signal.addEventListener('abort', end, { once: true });
    const query = { since: this.#since(), types: EVENT_TYPES, actions: EVENT_ACTIONS };
    const tell = {
      opened: () => {
        opened();
        this.#back();
      },
      message: (message: EngineMessage) => {
        this.#message(message);
      },
    };
    const watchdog = this.#watch(connection);
    try {
      await followEvents(this.parts.engine, query, tell, connection.signal);
    } finally {
      signal.removeEventListener('abort', end);
      connection.abort();
      await watchdog;
    }
  }

  /** Ends the connection when the engine no longer answers although its socket stands. */
  async #watch(connection: AbortController): Promise<void> {
    const { signal } = connection;
    while (!signal.aborted) {
      try {
        await this.parts.clock.sleep(PING_INTERVAL_MS, signal);
        await pingEngine(this.parts.engine, signal);
      } catch (error) {
        if (!signal.aborted) connection.abort(error);
      }
    }
  }

  #message(message: EngineMessage): void {
    const text = JSON.stringify(message);
    if (this.#seen.has(text)) return;
    this.#lastMs = Math.max(this.#lastMs, eventTimeMs(message));
    this.#remember(text);
    this.#tell({ type: 'message', message });
  }

  #remember(text: string): void {
    this.#seen.add(text);
    // The engine itself keeps no more than the last 256 events.
    if (this.#seen.size > 512) this.#seen = new Set([...this.#seen].slice(256));
  }

  /** A second more than needed: the engine's time is finer than ours, and what comes again is known by its text. */
  #since(): string {
    const fromMs = this.#lastMs === 0 ? this.parts.clock.now().getTime() : this.#lastMs;
    return ((fromMs - 1000) / 1000).toFixed(3);
  }

  #back(): void {
    if (this.#state === 'live') return;
    if (this.#state === 'lost') this.parts.log.info('The container engine is back');
    this.#state = 'live';
    this.#tell({ type: 'back', at: this.parts.clock.now() });
  }

  #lost(signal: AbortSignal, reason: string): void {
    if (signal.aborted) {
      this.#state = 'unknown';
      return;
    }
    if (this.#state === 'lost') return;
    this.#state = 'lost';
    this.parts.log.warn('The container engine is away', { reason });
    this.#tell({ type: 'lost', at: this.parts.clock.now() });
  }

  #tell(news: StreamNews): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(news);
      } catch (error) {
        // One who stumbles must not take the stream from the others.
        this.parts.log.error('A listener to the container engine failed', { error });
      }
    }
  }
}
