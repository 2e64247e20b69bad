import { kindOf, messageOf } from '../../../errors/kinds.js';
import type { Instance, Migration } from '../../../objects/index.js';
import { objectArg } from '../../arguments.js';
import { insist } from '../../insist.js';
import { save, type InstanceOperation } from '../../operation.js';
import { currentInstance } from '../../recovery/verb-resume.js';
import type { Task } from '../../states.js';
import { forgetImage } from '../disk-image.js';
import { flavorRow } from './flavors.js';
import { heldAsBefore, saveMigration, withoutResize } from './migration.js';

const IN_PROGRESS: ReadonlySet<string> = new Set(['accepted', 'pre-migrating', 'migrating', 'post-migrating']);
const TASKS: ReadonlySet<Task> = new Set<Task>([
  ...(['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish', 'resize_reverting'] as const),
]);

/**
 * A step of a resize that is not taken (again), because another request went first: what the resize holds is given back, and
 * the migration ends in error (nova/compute/manager.py errors_out_migration, release 26). A deletion knows nothing of the
 * resize, and once the rows are gone nobody would find it. After a soft deletion or a reset of its states the server is
 * where its container is. Upstream makes an ERROR of it; here the states are left to who set them.
 *
 * Safe to repeat: the migration is what is written last.
 */
export async function endIfOvertaken(op: InstanceOperation): Promise<void> {
  if (op.request.signal.aborted) return;
  const instance = await currentInstance(op);
  if (instance === undefined || isDeleted(instance)) return endOfDeleted(op);
  if (TASKS.has(instance.get('task_state') as Task)) return;
  const migration = await op.conductor.migrations.get(objectArg(op.request.args, 'migration', 'Migration').get('id'));
  const status = migration.get('status') ?? '';
  if (IN_PROGRESS.has(status)) await endHalfWay({ ...op, instance }, migration);
  else if (status === 'finished' && instance.get('vm_state') !== 'resized')
    await endThere({ ...op, instance }, migration);
}

async function endOfDeleted(op: InstanceOperation): Promise<void> {
  const told = objectArg(op.request.args, 'migration', 'Migration');
  await insist(op, 'Giving back what the resize of a deleted server held', () =>
    op.parts.allocations.remove(told.get('uuid')),
  );
  await forgetImage(op, told.get('uuid'));
  try {
    const migration = await op.conductor.migrations.get(told.get('id'));
    if (IN_PROGRESS.has(migration.get('status') ?? '')) await saveMigration(op, migration, { status: 'error' });
  } catch (error) {
    // The row goes with that of the server.
    if (kindOf(error) === 'Interrupted') throw error;
    op.log.debug('The migration of a deleted server could not be closed', { reason: messageOf(error) });
  }
}

/** Its container stands where it was, also when the row says already where it was to be. */
async function endHalfWay(op: InstanceOperation, migration: Migration): Promise<void> {
  tell(op, migration);
  await heldAsBefore(op, migration);
  await forgetImage(op, migration.get('uuid'));
  await save(op, {
    ...flavorRow({ current: op.instance.peek('old_flavor') ?? op.instance.get('flavor'), before: null, after: null }),
    ...withoutResize(op),
    ...{ host: migration.get('source_compute'), node: migration.get('source_node') },
  });
  await saveMigration(op, migration, { status: 'error' });
  op.parts.node.usageChanged();
}

/** All was done but for the last word. What it has left on its old host can't be reverted to any more. */
async function endThere(op: InstanceOperation, migration: Migration): Promise<void> {
  tell(op, migration);
  await insist(op, 'Giving back what a resize held', () => op.parts.allocations.remove(migration.get('uuid')));
  const current = op.instance.get('flavor');
  await save(op, { ...flavorRow({ current, before: null, after: null }), ...withoutResize(op) });
  await saveMigration(op, migration, { status: 'error' });
  op.parts.node.usageChanged();
}

function tell({ log, instance }: InstanceOperation, migration: Migration): void {
  const states = { vmState: instance.get('vm_state'), task: instance.get('task_state') };
  log.warn('Another request went before a resize, which ends here', { migration: migration.get('id'), ...states });
}

function isDeleted(instance: Instance): boolean {
  return instance.get('task_state') === 'deleting' || instance.get('vm_state') === 'deleted';
}
