import type { Instance } from '../../objects/index.js';
import { removeServer } from '../verbs/terminate.js';
import { conductorOf, forEach, isOlder, isTakenCareOf, type ChoreParts } from './chore.js';

/**
 * Soft-deleted servers are deleted when `reclaim_instance_interval` is over
 * (nova/compute/manager.py _reclaim_queued_deletes, release 26). What fails leaves the server soft-deleted.
 */
export async function reclaimSoftDeleted(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  if (settings.reclaimIntervalMs <= 0) return;
  const filter = { host: parts.settings.host, vmState: 'soft-delete', task: null } as const;
  const deleted = await conductorOf(chore).instances.find(filter, []);
  const now = parts.now();
  const stillDue = (one: Instance): boolean => isDue(one, settings.reclaimIntervalMs, now);
  const due = deleted.filter((one) => stillDue(one) && !isTakenCareOf(chore, one.get('uuid')));
  await forEach(chore, 'reclaim_queued_deletes', due, { stillDue, work: removeServer });
}

/** nova-api writes deleted_at when it soft-deletes; one without was deleted by an API that did not. */
function isDue(instance: Instance, intervalMs: number, now: Date): boolean {
  if (instance.get('vm_state') !== 'soft-delete' || instance.get('task_state') !== null) return false;
  const deletedAt = instance.peek('deleted_at') ?? null;
  return deletedAt === null || isOlder(deletedAt, intervalMs, now);
}
