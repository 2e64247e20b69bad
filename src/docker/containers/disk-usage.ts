import type { ContainerKey } from '../../compute/ports/containers.js';
import { containerDiskBytes } from '../engine/containers.js';
import type { ContainerParts } from './parts.js';
import { containerMissing } from './refusals.js';

/** What our container has written, running or not; see the port. */
export async function diskUsage({ engine, ours }: ContainerParts, key: ContainerKey): Promise<number> {
  const bytes = await ours.act(key, (id) => containerDiskBytes(engine, id));
  if (bytes === undefined) throw containerMissing(key);
  return bytes;
}
