import { ServiceError, kindOf, messageOf } from '../../errors/kinds.js';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { startContainer } from '../engine/containers.js';
import type { ContainerParts } from './parts.js';
import { containerMissing, unacceptable } from './refusals.js';

/** Starts our container; running already is fine. Throws Invalid when the engine can't run it, NotFound without one. */
export async function start({ engine, ours }: ContainerParts, key: ContainerKey): Promise<void> {
  const done = await ours.act(key, async (id) => {
    try {
      await startContainer(engine, id);
    } catch (error) {
      throw startFailure(key, error);
    }
    return true;
  });
  if (done === undefined) throw containerMissing(key);
}

/**
 * What the runtime could not do (no such command, a mount that does not fit) comes as 400 or 500, by the words it
 * happened to use: both say that this container can't be started as it is.
 */
function startFailure(key: ContainerKey, error: unknown): unknown {
  const kind = kindOf(error);
  if (kind !== 'Invalid' && kind !== 'Internal') return error;
  return error instanceof ServiceError ? unacceptable(key, messageOf(error), error) : error;
}
