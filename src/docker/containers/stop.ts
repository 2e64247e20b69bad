import { kindOf } from '../../errors/kinds.js';
import type { ContainerKey, StopOptions } from '../../compute/ports/containers.js';
import { inspectContainer, killContainer, stopContainer, unpauseContainer } from '../engine/containers.js';
import type { Engine } from '../engine/engine.js';
import type { ContainerParts } from './parts.js';

/** Stops our container, politely first. Stopped or missing is fine; a frozen one is thawed, else it can't hear. */
export async function stop(
  { engine, ours }: ContainerParts,
  key: ContainerKey,
  { timeoutMs }: StopOptions,
): Promise<void> {
  await ours.act(key, async (id) => {
    if (timeoutMs <= 0) await kill(engine, id);
    else await stopPolitely(engine, id, timeoutMs);
  });
}

async function stopPolitely(engine: Engine, id: string, timeoutMs: number): Promise<void> {
  const { State: state } = await inspectContainer(engine, id);
  if (state.Paused) await fineIfConflict(unpauseContainer(engine, id));
  await stopContainer(engine, id, timeoutMs);
}

/** The engine answers a SIGKILL when the process has gone, or soon before: the stop behind it waits for the end. */
async function kill(engine: Engine, id: string): Promise<void> {
  await fineIfConflict(killContainer(engine, id, 'SIGKILL'));
  await stopContainer(engine, id, 0);
}

/** Conflict: it is so already. */
async function fineIfConflict(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (kindOf(error) !== 'Conflict') throw error;
  }
}
