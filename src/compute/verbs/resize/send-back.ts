import { messageOf } from '../../../errors/kinds.js';
import type { Migration } from '../../../objects/index.js';
import { leaveNothing } from '../../carry/receive.js';
import { isGone, isStateConflict } from '../../failures.js';
import { insist } from '../../insist.js';
import { save, type InstanceOperation } from '../../operation.js';
import { forgetImage } from '../disk-image.js';
import { saveMigration } from './migration.js';
import { endIfOvertaken } from './overtaken.js';

/**
 * Runs the arrival of a server from another host; its failure sends the server back there, where it stands as it was left,
 * and the fault tells why. Differs from upstream, which leaves such a server in ERROR, its disk on two hosts.
 */
export async function orSendBack(
  op: InstanceOperation,
  migration: Migration,
  arrival: () => Promise<void>,
): Promise<void> {
  try {
    await arrival();
  } catch (error) {
    if (op.signal.aborted || isGone(error) || isStateConflict(error)) {
      await endIfOvertaken(op);
      throw error;
    }
    op.log.warn('A server could not be made here and goes back', { reason: messageOf(error) });
    await sendBack(op, migration);
    throw error;
  }
}

/** An earlier try of this request was interrupted on the way back. A user can revert only what has finished. */
export function isGoingBack({ instance }: InstanceOperation): boolean {
  return instance.get('task_state') === 'resize_reverting' && instance.get('vm_state') !== 'resized';
}

export async function sendBack(op: InstanceOperation, migration: Migration): Promise<void> {
  op.instance.resetChanges();
  await insist(op, 'Removing what a server that goes back has here', () => leaveNothing(op));
  await forgetImage(op, migration.get('uuid'));
  await save(op, { task_state: 'resize_reverting' }, ['resize_finish', 'resize_reverting']);
  await saveMigration(op, migration, { status: 'error' });
  await handBack(op, migration);
}

/** To the host that the server was on. */
export async function handBack(op: InstanceOperation, migration: Migration): Promise<void> {
  const args = { instance: op.instance, migration, request_spec: op.request.args['request_spec'] ?? null };
  const host = migration.get('source_compute') ?? '';
  await op.conductor.peers.cast({ host, method: 'finish_revert_resize', args }, `${op.request.uniqueId}-finish`);
}
