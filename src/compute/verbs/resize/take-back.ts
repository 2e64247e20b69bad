import { messageOf, ServiceError } from '../../../errors/kinds.js';
import type { Migration } from '../../../objects/index.js';
import { isGone, isStateConflict } from '../../failures.js';
import { save, type InstanceOperation } from '../../operation.js';
import { flavorRow } from './flavors.js';
import { heldAsBefore, saveMigration, withoutResize } from './migration.js';
import { endIfOvertaken } from './overtaken.js';

/**
 * A resize that did not begin, or did not work (so vm_state was not changed), on the host where the server runs and
 * goes on running: everything is as it was before, and the fault tells why. Differs from upstream, which leaves such a
 * server in ERROR.
 */
export async function takeBack(
  op: InstanceOperation,
  migration: Migration,
  task: 'resize_prep' | null = null,
): Promise<void> {
  const { parts, instance } = op;
  const current = instance.peek('old_flavor') ?? instance.get('flavor');
  // Said first: whoever is interrupted here goes on taking back.
  if (migration.get('status') !== 'error') await saveMigration(op, migration, { status: 'error' });
  await heldAsBefore(op, migration);
  instance.resetChanges();
  const row = {
    ...flavorRow({ current, before: null, after: null }),
    ...withoutResize(op),
    task_state: task,
  };
  await save(op, row, task === null ? undefined : [task]);
  parts.node.usageChanged();
}

/** What becomes of a resize that failed; throws the error unless that has been told. */
export type Failing = (op: InstanceOperation, migration: Migration, error: unknown) => Promise<void>;

const takenBack: Failing = async (op, migration, error) => {
  op.log.warn('A resize failed and is taken back', { reason: messageOf(error) });
  await takeBack(op, migration);
  throw error;
};

/** Runs a step of a resize; its failure takes the resize back. What another request does goes first. */
export async function orTakeBack(
  op: InstanceOperation,
  migration: Migration,
  step: () => Promise<void>,
  failing: Failing = takenBack,
): Promise<void> {
  try {
    if (op.attempt > 1 && migration.get('status') === 'error') throw interruptedOnTheWayBack();
    await step();
  } catch (error) {
    if (op.signal.aborted || isGone(error) || isStateConflict(error)) {
      await endIfOvertaken(op);
      throw error;
    }
    await failing(op, migration, error);
  }
}

function interruptedOnTheWayBack(): ServiceError {
  return new ServiceError('Internal', 'The resize failed, and the service was restarted while it was taken back.');
}
