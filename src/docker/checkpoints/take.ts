import { rm } from 'node:fs/promises';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { ServiceError } from '../../errors/kinds.js';
import { containerMissing } from '../containers/refusals.js';
import { usageOf } from '../containers/usage.js';
import { createCheckpoint } from '../engine/checkpoints.js';
import { containerStats, inspectContainer } from '../engine/containers.js';
import { engineInfo, rememberedEvents } from '../engine/system.js';
import type { ContainerInspect } from '../engine/wire.js';
import { eventTimeMs } from '../events/message.js';
import { bytesIn, isThere, markedAtMs, markWhole, placeOf, type CheckpointPlace } from './folder.js';
import type { CheckpointsParts } from './parts.js';
import { criuWords, isRefusal, switchedOff } from './words.js';

/** What an earlier start of this service asked for is done after so long, or nobody does it. */
const UNDER_WAY_MS = 120_000;
const LOOK_EVERY_MS = 500;
/** containerd's folder, its store, and the engine's folder. */
const COPIES = 3;

/**
 * See the port; also throws Conflict for a container that does not run and has no whole checkpoint of this name, and
 * Unavailable when there is no room.
 *
 * INVARIANTS: the engine goes on when we are gone. So one that has ended with a checkpoint begun is waited for, and so is
 * one that runs with one begun; a mark is made only after the engine has said that all is written.
 */
export async function take(
  parts: CheckpointsParts,
  key: ContainerKey,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: number }> {
  const occupant = await parts.ours.look(key);
  if (occupant.whose !== 'ours') throw containerMissing(key);
  const { Id: id, State: state } = occupant.inspect;
  const place = await placeOf(parts.engine, id, name);
  if (!(await settled(parts, { id, place }, signal))) {
    if (!parts.settings.isOn) throw switchedOff();
    if (state.Paused)
      throw new ServiceError('Unsupported', `Instance ${key.instanceUuid} is paused: unpause it first.`);
    await checkSize(parts, key, id);
    await write(parts, { key, id, name }, signal);
    await markWhole(place);
  }
  return { bytes: await bytesIn(place.path) };
}

interface Begun {
  readonly id: string;
  readonly place: CheckpointPlace;
}

/** True: it is written. False: the container runs, and nobody is at it. Throws Conflict when there is neither. */
async function settled(parts: CheckpointsParts, begun: Begun, signal: AbortSignal): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    switch (await standing(parts, begun, waitedMs >= UNDER_WAY_MS)) {
      case 'written':
        await markWhole(begun.place);
        return true;
      case 'free':
        await rm(begun.place.mark, { force: true });
        await rm(begun.place.path, { recursive: true, force: true });
        return false;
      case 'lost':
        throw endedWithout();
      case 'under-way':
        await parts.clock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}

/** What has become of what was begun. One that runs on from what was written has made that void. */
async function standing(
  parts: CheckpointsParts,
  { id, place }: Begun,
  waitedLong: boolean,
): Promise<'written' | 'free' | 'lost' | 'under-way'> {
  const { State: state } = await inspectContainer(parts.engine, id);
  const isBegun = await isThere(place.path);
  const isOver = !isBegun || waitedLong;
  if (state.Running) return isOver || (await isThere(place.mark)) ? 'free' : 'under-way';
  if (isBegun && (await isOfThisLife(parts, { id, place }, state))) return 'written';
  return isOver ? 'lost' : 'under-way';
}

function endedWithout(): ServiceError {
  return new ServiceError(
    'Conflict',
    'The container does not run, and its processes were not written before it ended.',
  );
}

/**
 * Whether it was written after the container was started last. The engine tells of a checkpoint when all of it lies in its
 * folder.
 */
async function isOfThisLife(
  { engine, clock }: CheckpointsParts,
  { id, place }: Begun,
  { StartedAt: startedAt }: ContainerInspect['State'],
): Promise<boolean> {
  const startedAtMs = Date.parse(startedAt);
  if ((await markedAtMs(place)) >= startedAtMs) return true;
  const messages = await rememberedEvents(engine, clock.now());
  const told = messages.filter(({ Action: action, Actor: actor }) => action === 'checkpoint' && actor?.ID === id);
  return told.some((message) => eventTimeMs(message) >= startedAtMs);
}

async function checkSize(parts: CheckpointsParts, key: ContainerKey, id: string): Promise<void> {
  const { maxMemoryBytes } = parts.settings;
  const { memoryBytes } = usageOf(await containerStats(parts.engine, id));
  if (memoryBytes > maxMemoryBytes) {
    const much = `${mebibytes(memoryBytes)} MiB of memory`;
    const limit = `this host moves ${mebibytes(maxMemoryBytes)} MiB at most ([docker] live_migration_max_memory_mb)`;
    throw new ServiceError('Unsupported', `Instance ${key.instanceUuid} uses ${much}; ${limit}.`);
  }
  const { DockerRootDir: root } = await engineInfo(parts.engine);
  if ((await parts.freeBytes(root)) >= COPIES * memoryBytes) return;
  throw new ServiceError('Unavailable', "This host has no room on its disk for the server's memory.");
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

interface Wanted {
  readonly key: ContainerKey;
  readonly id: string;
  readonly name: string;
}

async function write({ engine }: CheckpointsParts, { key, id, name }: Wanted, signal: AbortSignal): Promise<void> {
  try {
    await createCheckpoint(engine, id, name, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isRefusal(error)) throw error;
    const { State: state } = await inspectContainer(engine, id);
    const words = criuWords(error);
    if (state.Running) {
      const what = `The processes of instance ${key.instanceUuid} can't be moved as they run`;
      throw new ServiceError('Unsupported', `${what}: ${words}`, { cause: error });
    }
    throw new ServiceError('Internal', `The container has ended, and its memory could not be kept: ${words}`, {
      cause: error,
    });
  }
}
