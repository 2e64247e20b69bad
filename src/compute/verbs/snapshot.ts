import { messageOf, novaNameOf } from '../../errors/kinds.js';
import { optionalIntegerArg, stringArg } from '../arguments.js';
import { isGone } from '../failures.js';
import { save, type InstanceOperation } from '../operation.js';
import type { NotificationPhase } from '../ports/notifications.js';
import { intoImage } from './disk-image.js';
import type { Task } from '../states.js';

/** nova/compute/manager.py snapshot_instance, release 26. */
export async function snapshot(op: InstanceOperation): Promise<void> {
  await makeImage(op, 'image_snapshot_pending', () => Promise.resolve());
}

/**
 * backup_instance: a snapshot, and those beyond the rotation deleted. They go before the task ends, so that a repeated
 * request does it too.
 */
export async function backup(op: InstanceOperation): Promise<void> {
  await makeImage(op, 'image_backup', () => rotate(op));
}

async function makeImage(op: InstanceOperation, before: Task, last: () => Promise<void>): Promise<void> {
  const imageId = stringArg(op.request.args, 'image_id');
  const tasks = { before, taking: 'image_pending_upload', sending: 'image_uploading' } as const;
  const vmState = op.instance.get('vm_state');
  try {
    await notify(op, imageId, 'start');
    await intoImage(op, { imageId, tasks, runs: vmState !== 'paused' && vmState !== 'suspended' });
    await last();
    await save(op, { task_state: null }, ['image_uploading']);
    await notify(op, imageId, 'end');
  } catch (error) {
    if (op.signal.aborted || !isNobodysWish(error)) throw error;
    op.log.warn('The server or the image was deleted while the image was made', { reason: messageOf(error) });
    if (!isGone(error)) await save(op, { task_state: null });
  }
}

function isNobodysWish(error: unknown): boolean {
  return isGone(error) || novaNameOf(error) === 'ImageNotFound';
}

/** What cannot be deleted is left and told in the log: the new backup is what was asked for. */
async function rotate(op: InstanceOperation): Promise<void> {
  const { args, context } = op.request;
  const instanceUuid = op.instance.get('uuid');
  const type = stringArg(args, 'backup_type');
  const rotation = optionalIntegerArg(args, 'rotation');
  if (rotation === null) return;
  try {
    const backups = await op.parts.library.backups({ instanceUuid, type }, context);
    for (const imageId of backups.slice(rotation)) {
      await op.parts.library.remove(imageId, context).catch((error: unknown) => {
        op.log.warn('An old backup could not be deleted', { imageId, reason: messageOf(error) });
      });
    }
  } catch (error) {
    op.log.warn('Old backups could not be looked for', { reason: messageOf(error) });
  }
}

async function notify(op: InstanceOperation, snapshotImageId: string, phase: NotificationPhase): Promise<void> {
  const about = { context: op.request.context, instance: op.instance, phase } as const;
  await op.parts.notifications.instance({ ...about, action: 'snapshot', snapshotImageId });
}
