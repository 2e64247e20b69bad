import { kindOf } from '../../errors/kinds.js';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { containerRemoved, removeContainer } from '../engine/containers.js';
import type { ContainerParts } from './parts.js';

/** Removes our container with its anonymous volumes; none is fine. When it returns, the name is free. */
export async function remove(parts: ContainerParts, key: ContainerKey): Promise<void> {
  await parts.ours.act(key, (id) => removeUntilGone(parts, key, id));
}

/** Removes by id; joins a removal that is under way. Throws what the engine could not do, such as a busy mount. */
export async function removeUntilGone(
  { engine, ours }: Pick<ContainerParts, 'engine' | 'ours'>,
  key: ContainerKey,
  id: string,
): Promise<void> {
  try {
    await removeContainer(engine, id);
  } catch (error) {
    if (kindOf(error) === 'Conflict') await goneAtLast(engine, id);
    else if (kindOf(error) !== 'NotFound') throw error;
  }
  ours.forget(key, id);
}

async function goneAtLast(engine: ContainerParts['engine'], id: string): Promise<void> {
  try {
    await containerRemoved(engine, id);
  } catch (error) {
    if (kindOf(error) !== 'NotFound') throw error;
  }
}
