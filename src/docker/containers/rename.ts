import { kindOf } from '../../errors/kinds.js';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { renameContainer } from '../engine/containers.js';
import type { ContainerParts } from './parts.js';
import { containerMissing } from './refusals.js';
import { containerName } from '../names.js';

/**
 * Lets our container stand in another role. What had that role must be gone. Throws NotFound without a container,
 * Conflict when the role is taken. Its labels stay, so only roles of the server itself can be changed (see labels.ts).
 */
export async function rename({ engine, ours }: ContainerParts, from: ContainerKey, to: ContainerKey): Promise<void> {
  const occupant = await ours.look(from);
  if (occupant.whose !== 'ours') throw containerMissing(from);
  const { Id: id } = occupant.inspect;
  try {
    await renameContainer(engine, id, containerName(to));
  } catch (error) {
    if (kindOf(error) === 'NotFound') throw containerMissing(from);
    throw error;
  }
  ours.forget(from, id);
  ours.remember(to, id);
}
