import type { ContainerKey } from '../../compute/ports/containers.js';
import { killContainer } from '../engine/containers.js';
import type { ContainerParts } from './parts.js';
import { containerMissing } from './refusals.js';

/** Sends a signal to the container's first process, which hands it on when it is the engine's init. */
export async function signal({ engine, ours }: ContainerParts, key: ContainerKey, signalName: string): Promise<void> {
  const done = await ours.act(key, async (id) => {
    await killContainer(engine, id, signalName);
    return true;
  });
  if (done === undefined) throw containerMissing(key);
}
