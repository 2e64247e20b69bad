import { rememberedEvents } from '../engine/system.js';
import type { EngineMessage } from '../engine/wire.js';
import { eventTimeMs } from '../events/message.js';
import type { ContainerParts } from './parts.js';
import { inspectContainer } from '../engine/containers.js';
import { states } from './states.js';

/** So many events an engine keeps (moby, daemon/events: eventsLimit); with that many, older ones are forgotten. */
const KEPT_EVENTS = 256;

/** See the port. */
export async function endedWithTheEngine(parts: ContainerParts, host: string, now: Date): Promise<ReadonlySet<string>> {
  const [remembered, all] = await Promise.all([rememberedEvents(parts.engine, now), states(parts, host)]);
  const ended = all.filter((one) => one.status === 'exited');
  const seen = deathsIn(remembered);
  const unseen = ended.filter((one) => !seen.has(one.containerId));
  const found = await Promise.all(
    unseen.map(async ({ containerId }) => {
      const { State: state } = await inspectContainer(parts.engine, containerId);
      return isBeforeMemory(new Date(state.FinishedAt), remembered) ? undefined : containerId;
    }),
  );
  return new Set(found.filter((id) => id !== undefined));
}

/** Ids of containers that ended while this engine watched. Pure. */
export function deathsIn(messages: readonly EngineMessage[]): ReadonlySet<string> {
  const deaths = messages.filter((message) => message.Action === 'die');
  return new Set(deaths.map((message) => message.Actor?.ID ?? ''));
}

/** True when the memory is full and begins after that time: the engine may have seen it and forgotten. Pure. */
export function isBeforeMemory(at: Date, messages: readonly EngineMessage[]): boolean {
  const [oldest] = messages;
  return messages.length >= KEPT_EVENTS && oldest !== undefined && at.getTime() < eventTimeMs(oldest);
}
