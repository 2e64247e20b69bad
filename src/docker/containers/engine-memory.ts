import pLimit from 'p-limit';
import type { ContainerSummary } from '../../compute/ports/containers.js';
import { kindOf } from '../../errors/kinds.js';
import { inspectContainer } from '../engine/containers.js';
import { engineInfo, rememberedEvents } from '../engine/system.js';
import type { ContainerInspect, EngineMessage } from '../engine/wire.js';
import { eventTimeMs } from '../events/message.js';
import type { HostSystem } from '../host/system.js';
import type { ContainerParts } from './parts.js';
import { states } from './states.js';

/** So many events an engine keeps (moby, daemon/events: eventsLimit); with that many, older ones are forgotten. */
const KEPT_EVENTS = 256;

const AT_A_TIME = 8;

/** Exit code of a container of which no task was found when the engine started (moby, libcontainerd: DeleteTask). */
const NO_TASK = 255;

/**
 * Words that only an engine says that serves: it ends what a killed one left running before it takes requests or starts
 * anything, and says die, kill and the like of that.
 */
const SERVING: ReadonlySet<string> = new Set([
  ...['create', 'start', 'exec_create', 'exec_start', 'health_status', 'attach', 'resize', 'top'],
  ...['pause', 'unpause', 'update', 'rename', 'copy', 'export', 'commit', 'archive-path', 'extract-to-dir'],
]);

/** One container that ended, times in ms since 1970. */
export interface Ended {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** The engine that runs now remembers that it started it. */
  readonly startedByThisEngine: boolean;
}

export interface Circumstances {
  readonly hostBootedAtMs: number;
  /** Engines leave their containers running when they go (live-restore). */
  readonly leavesRunning: boolean;
  /** Since when, at the latest, the engine that runs now has served; Infinity: nothing tells. */
  readonly servingSinceMs: number;
}

/**
 * Whether the engine, or the host, took the container down, rather than that it ended by itself. Pure.
 *
 * Nothing of this rests on the memory of deaths, which is short. What a host ran before it was booted, went with it. An
 * engine without live-restore has no container that an earlier one had, so what ended while it served ended by itself,
 * and all else went down with the one before or was ended by this one as it started. One with live-restore takes
 * nothing down, except for what it finds no trace of.
 */
export function tookItDown(ended: Ended, at: Circumstances): boolean {
  if (ended.startedByThisEngine) return false;
  if (ended.startedAtMs < at.hostBootedAtMs) return true;
  const whileServing = ended.finishedAtMs >= at.servingSinceMs;
  if (at.leavesRunning) return ended.exitCode === NO_TASK && !whileServing;
  return !whileServing;
}

/** The first time at which the engine is known to have served, of what it remembers; Infinity: none. Pure. */
export function servedAtMs(messages: readonly EngineMessage[]): number {
  const serving = messages.filter(({ Action: action = '' }) => SERVING.has(action.split(':')[0] ?? ''));
  return Math.min(...serving.map(eventTimeMs), Infinity);
}

/** See the port. Remembers whether the engine had live-restore: the one before may not have had it. */
export function deathsByTheEngine(
  parts: ContainerParts,
  host: string,
  system: HostSystem,
): (now: Date) => Promise<ReadonlySet<string>> {
  let leftRunning: boolean | undefined;
  return async (now) => {
    const [messages, info, all, hostBootedAtMs] = await Promise.all([
      rememberedEvents(parts.engine, now),
      engineInfo(parts.engine),
      states(parts, host),
      bootTimeMs(system),
    ]);
    const leavesRunning = info.LiveRestoreEnabled && leftRunning !== false;
    leftRunning = info.LiveRestoreEnabled;
    const dead = await inspected(parts, all, ({ status }) => status === 'exited');
    // What runs was started by this very engine, which remembers that unless it has had to forget.
    const forgot = messages.length >= KEPT_EVENTS && !info.LiveRestoreEnabled;
    const alive = forgot
      ? await inspected(parts, all, ({ status }) => status === 'running' || status === 'paused')
      : [];
    const servingSinceMs = Math.min(
      servedAtMs(messages),
      ...alive.map(({ State: state }) => Date.parse(state.StartedAt)),
    );
    const at = { hostBootedAtMs, leavesRunning, servingSinceMs };
    const started = startedIn(messages);
    return new Set(dead.filter((one) => tookItDown(endedOf(one, started), at)).map(({ Id: id }) => id));
  };
}

async function inspected(
  { engine }: ContainerParts,
  all: readonly ContainerSummary[],
  wanted: (one: ContainerSummary) => boolean,
): Promise<readonly ContainerInspect[]> {
  // An engine that has just started has enough to do.
  const found = await pLimit(AT_A_TIME).map(all.filter(wanted), async ({ containerId }) => {
    try {
      return await inspectContainer(engine, containerId);
    } catch (error) {
      if (kindOf(error) === 'NotFound') return undefined;
      throw error;
    }
  });
  return found.filter((one) => one !== undefined);
}

function endedOf({ Id: id, State: state }: ContainerInspect, started: ReadonlySet<string>): Ended {
  return {
    startedAtMs: Date.parse(state.StartedAt),
    finishedAtMs: Date.parse(state.FinishedAt),
    exitCode: state.ExitCode,
    startedByThisEngine: started.has(id),
  };
}

function startedIn(messages: readonly EngineMessage[]): ReadonlySet<string> {
  return new Set(
    messages.filter(({ Action: action }) => action === 'start').map(({ Actor: actor }) => actor?.ID ?? ''),
  );
}

/** By the clock as it is now: the kernel counts from there back. */
async function bootTimeMs(system: HostSystem): Promise<number> {
  const found = /^btime (\d+)$/m.exec(await system.readText('/proc/stat'));
  return Number(found?.[1] ?? 0) * 1000;
}
