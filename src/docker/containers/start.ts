import type { ContainerKey } from '../../compute/ports/containers.js';
import { startContainer } from '../engine/containers.js';
import type { ContainerParts } from './parts.js';
import { asUnacceptable, containerMissing } from './refusals.js';

/**
 * Starts our container and gives the engine's id of it; running already is fine. Throws NotFound without one, Invalid
 * when its command can't be run (the engine answers 400), Internal for what the engine could not do (500): another host
 * may be able to.
 */
export async function start({ engine, ours }: ContainerParts, key: ContainerKey): Promise<string> {
  const done = await ours.act(key, async (id) => {
    try {
      await startContainer(engine, id);
    } catch (error) {
      throw asUnacceptable(key, error);
    }
    return id;
  });
  if (done === undefined) throw containerMissing(key);
  return done;
}
