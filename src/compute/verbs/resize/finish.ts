import { messageOf } from '../../../errors/kinds.js';
import { powerOf } from '../../guest.js';
import { save, type InstanceOperation } from '../../operation.js';
import { flavorRow } from './flavors.js';
import { applyFlavor } from './limits.js';
import { migrationOf, orTakeBack, saveMigration } from './migration.js';

/** The third step, on the host that the server is to be on (nova/compute/manager.py _finish_resize, release 26). */
export async function finishResize(op: InstanceOperation): Promise<void> {
  const { parts, instance } = op;
  const migration = await migrationOf(op);
  const before = instance.peek('old_flavor') ?? instance.get('flavor');
  const after = instance.peek('new_flavor') ?? instance.get('flavor');
  await orTakeBack(op, migration, async () => {
    const row = { ...flavorRow({ current: after, before, after }), task_state: 'resize_finish' };
    await save(op, row, op.attempt > 1 ? ['resize_migrated', 'resize_finish'] : ['resize_migrated']);
    try {
      await applyFlavor(op, after);
    } catch (error) {
      await limitsBack(op);
      throw error;
    }
    await saveMigration(op, migration, { status: 'finished' });
    const done = { vm_state: 'resized', task_state: null, power_state: await powerOf(op), launched_at: parts.now() };
    await save(op, done, ['resize_finish']);
  });
  parts.node.usageChanged();
  await op.conductor.scheduler.instanceChanged(instance);
}

/** The engine may have done a part of it. */
async function limitsBack(op: InstanceOperation): Promise<void> {
  const before = op.instance.peek('old_flavor');
  if (before === null || before === undefined || op.signal.aborted) return;
  try {
    await applyFlavor(op, before);
  } catch (error) {
    op.log.error('The limits of a server could not be set back', { reason: messageOf(error) });
  }
}
