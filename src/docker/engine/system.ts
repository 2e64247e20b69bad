import { answerDone, answerJson, answerLines } from './answer.js';
import type { Engine } from './engine.js';
import type { EngineInfo, EngineMessage } from './wire.js';

/** Is anybody there? Throws Unavailable, Timeout. */
export function pingEngine(engine: Engine, signal: AbortSignal): Promise<void> {
  return engine.short('system.ping', async (dial) => answerDone(await dial({ method: 'GET', path: '/_ping' })), signal);
}

/** What the engine is and what its host can do. */
export function engineInfo(engine: Engine): Promise<EngineInfo> {
  return engine.short('system.info', async (dial) => answerJson(await dial({ method: 'GET', path: '/info' })));
}

export interface EventQuery {
  /** Engine time, seconds since 1970 with nanoseconds after the dot; older events come from the engine's memory. */
  readonly since: string;
  readonly types: readonly string[];
  readonly actions: readonly string[];
}

/** Hands over the engine's events until the signal aborts or the stream breaks; `opened` is called when it stands. */
export function followEvents(
  engine: Engine,
  query: EventQuery,
  tell: { readonly opened: () => void; readonly message: (message: EngineMessage) => void },
  signal: AbortSignal,
): Promise<void> {
  const filters = JSON.stringify({ type: query.types, event: query.actions });
  return engine.call('system.events', { timeoutMs: null, signal }, async (dial) => {
    const answer = await dial({ method: 'GET', path: '/events', query: { since: query.since, filters } });
    tell.opened();
    for await (const message of answerLines<EngineMessage>(answer)) tell.message(message);
  });
}

/** The newest events of containers that the engine remembers of its own life; it forgets all when it ends. */
export function rememberedEvents(engine: Engine, until: Date): Promise<EngineMessage[]> {
  const query = {
    since: 0,
    until: Math.ceil(until.getTime() / 1000),
    filters: JSON.stringify({ type: ['container'] }),
  };
  return engine.short('system.remembered', async (dial) => {
    const messages: EngineMessage[] = [];
    const answer = await dial({ method: 'GET', path: '/events', query });
    for await (const message of answerLines<EngineMessage>(answer)) messages.push(message);
    return messages;
  });
}
