import type { Instance } from '../../objects/index.js';
import { conductorOf, guarded, isOlder, isTakenCareOf, type ChoreParts } from './chore.js';
import { remainsOnHost, removeRemains, type Remains } from './remains.js';

const NAME = 'cleanup_running_deleted_instances';

/**
 * Containers of deleted servers: the server was deleted while this service did not run, and nova-api did it by itself
 * (nova/compute/manager.py _cleanup_running_deleted_instances, release 26).
 */
export async function treatDeletedOnHost(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  if (settings.deletedAction === 'noop') return;
  const remains = await remainsOnHost(parts);
  if (remains.size === 0) return;
  const deleted = await conductorOf(chore).instances.find({ uuids: [...remains.keys()], deleted: true }, []);
  const now = parts.now();
  for (const instance of deleted) {
    const uuid = instance.get('uuid');
    const found = remains.get(uuid);
    if (found === undefined || !isDue(instance, settings.deletedTimeoutMs, now) || isTakenCareOf(chore, uuid)) continue;
    await guarded(chore, NAME, uuid, () => parts.locks.run(uuid, () => treat(chore, uuid, found)));
  }
}

/** One that does not say since when is due. */
function isDue(instance: Instance, timeoutMs: number, now: Date): boolean {
  const deletedAt = instance.peek('deleted_at') ?? null;
  return deletedAt === null || timeoutMs <= 0 || isOlder(deletedAt, timeoutMs, now);
}

async function treat({ parts, settings }: ChoreParts, uuid: string, remains: Remains): Promise<void> {
  const { deletedAction } = settings;
  const containers = remains.containers.length;
  parts.log.warn('A deleted server is still here', { instanceUuid: uuid, containers, action: deletedAction });
  if (deletedAction === 'reap') await removeRemains(parts, uuid, remains);
  if (deletedAction !== 'shutdown') return;
  for (const key of remains.containers) {
    await parts.containers.stop(key, { timeoutMs: parts.settings.shutdownTimeoutMs });
  }
}
