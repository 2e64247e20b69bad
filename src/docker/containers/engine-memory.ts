import { engineInfo, rememberedEvents } from '../engine/system.js';
import type { EngineMessage } from '../engine/wire.js';
import { eventTimeMs } from '../events/message.js';
import type { ContainerParts } from './parts.js';
import { inspectContainer } from '../engine/containers.js';
import { states } from './states.js';

/** So many events an engine keeps (moby, daemon/events: eventsLimit); with that many, older ones are forgotten. */
const KEPT_EVENTS = 256;

/** See the port. */
export async function endedWithTheEngine(parts: ContainerParts, host: string, now: Date): Promise<ReadonlySet<string>> {
  const { engine } = parts;
  const [remembered, info, all] = await Promise.all([
    rememberedEvents(engine, now),
    engineInfo(engine),
    states(parts, host),
  ]);
  const ended = all.filter((one) => one.status === 'exited');
  const seen = deathsIn(remembered, info.LiveRestoreEnabled);
  const unseen = ended.filter((one) => !seen.has(one.containerId));
  const found = await Promise.all(
    unseen.map(async ({ containerId }) => {
      const { State: state } = await inspectContainer(engine, containerId);
      return isBeforeMemory(new Date(state.FinishedAt), remembered) ? undefined : containerId;
    }),
  );
  return new Set(found.filter((id) => id !== undefined));
}

/**
 * Ids of containers that ended by themselves while this engine watched. Pure.
 *
 * One that a killed engine had left running is ended by the next one as it starts (moby, daemon/daemon.go: restore),
 * which it remembers as a death like any other. But it never started that container, and without live-restore it has
 * none that it did not start.
 */
export function deathsIn(messages: readonly EngineMessage[], liveRestore: boolean): ReadonlySet<string> {
  const isFull = messages.length >= KEPT_EVENTS;
  const idsOf = (action: string): Set<string> =>
    new Set(messages.filter((message) => message.Action === action).map((message) => message.Actor?.ID ?? ''));
  const [deaths, starts] = [idsOf('die'), idsOf('start')];
  // A start may be forgotten by a memory that is full.
  return liveRestore || isFull ? deaths : new Set([...deaths].filter((id) => starts.has(id)));
}

/** True when the memory is full and begins after that time: the engine may have seen it and forgotten. Pure. */
export function isBeforeMemory(at: Date, messages: readonly EngineMessage[]): boolean {
  const [oldest] = messages;
  return messages.length >= KEPT_EVENTS && oldest !== undefined && at.getTime() < eventTimeMs(oldest);
}
