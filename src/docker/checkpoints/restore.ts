import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { ServiceError } from '../../errors/kinds.js';
import { containerMissing } from '../containers/refusals.js';
import { stop } from '../containers/stop.js';
import { startFromCheckpoint } from '../engine/checkpoints.js';
import { isThere, placeOf } from './folder.js';
import type { CheckpointsParts } from './parts.js';
import { criuWords, isRefusal } from './words.js';

/** A file that is nobody's; each attempt has another text in it. */
const ATTEMPT = 'nova-restore';

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
  // Of the same bytes containerd has kept what it wrote when they were taken, and takes them no second time (moby 42900).
  await writeFile(join(path, ATTEMPT), `${parts.clock.now().toISOString()}\n`, { mode: 0o600 });
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
