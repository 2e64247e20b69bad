import type { ContainerKey } from '../../compute/ports/containers.js';
import { ServiceError } from '../../errors/kinds.js';
import { containerMissing } from '../containers/refusals.js';
import { stop } from '../containers/stop.js';
import { startFromCheckpoint } from '../engine/checkpoints.js';
import { isThere, placeOf } from './folder.js';
import type { CheckpointsParts } from './parts.js';
import { criuWords, isRefusal } from './words.js';

/** See the port; a running one is fine. Throws NotFound without the container or the checkpoint. */
export async function restore(
  parts: CheckpointsParts,
  key: ContainerKey,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const occupant = await parts.ours.look(key);
  if (occupant.whose !== 'ours') throw containerMissing(key);
  const { Id: id, State: state } = occupant.inspect;
  if (state.Running) return;
  const { path } = await placeOf(parts.engine, id, name);
  if (!(await isThere(path))) throw new ServiceError('NotFound', `There is no checkpoint ${name} of the container.`);
  try {
    await startFromCheckpoint(parts.engine, id, name, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isRefusal(error)) throw error;
    await stop(parts, key, { timeoutMs: 0 });
    const what = `The processes of instance ${key.instanceUuid} could not be taken up here`;
    throw new ServiceError('Unsupported', `${what}: ${criuWords(error)}`, { cause: error });
  }
}
