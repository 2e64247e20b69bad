import type { Migration } from '../../../objects/index.js';
import { isGone, isStateConflict } from '../../failures.js';
import { powerOf } from '../../guest.js';
import { save, type InstanceOperation } from '../../operation.js';
import { flavorRow } from './flavors.js';
import { applyFlavor, checkFlavor } from './limits.js';
import { migrationOf, saveMigration, stateBefore, withoutResize } from './migration.js';

/**
 * The new flavor is given up, on the host that the server is on (nova/compute/manager.py revert_resize, release 26). A
 * server that has grown beyond its old flavor meanwhile stays as it is, and can still be confirmed.
 */
export async function revertResize(op: InstanceOperation): Promise<void> {
  const migration = await migrationOf(op);
  try {
    const before = op.instance.get('old_flavor');
    if (before !== null) await checkFlavor(op, before);
  } catch (error) {
    if (!op.signal.aborted && !isGone(error)) await saveMigration(op, migration, { status: 'finished' });
    throw error;
  }
  await saveMigration(op, migration, { status: 'reverted' });
  op.parts.node.usageChanged();
  const args = { instance: op.instance, migration, request_spec: op.request.args['request_spec'] ?? null };
  const host = migration.get('source_compute') ?? '';
  await op.conductor.peers.cast({ host, method: 'finish_revert_resize', args }, `${op.request.uniqueId}-finish`);
}

/** The second step, on the host that the server was on. */
export async function finishRevertResize(op: InstanceOperation): Promise<void> {
  const migration = await migrationOf(op);
  const { instance, parts } = op;
  const flavor = instance.peek('old_flavor') ?? instance.get('flavor');
  try {
    await parts.allocations.move(migration.get('uuid'), instance.get('uuid'));
    await applyFlavor(op, flavor);
    await done(op, migration);
  } catch (error) {
    if (op.signal.aborted || isGone(error) || isStateConflict(error)) throw error;
    instance.resetChanges();
    await save(op, { vm_state: 'error' });
    throw error;
  }
  parts.node.usageChanged();
  await op.conductor.scheduler.instanceChanged(instance);
}

/** It has run on all the time, so it is in the state that it was in, unless it was stopped or ended by itself. */
async function done(op: InstanceOperation, migration: Migration): Promise<void> {
  const current = op.instance.peek('old_flavor') ?? op.instance.get('flavor');
  const row = {
    ...flavorRow({ current, before: null, after: null }),
    ...withoutResize(op),
    ...{ host: migration.get('source_compute'), node: migration.get('source_node') },
    ...{ vm_state: stateBefore(op) === 'stopped' ? 'stopped' : 'active', task_state: null },
    ...{ power_state: await powerOf(op), launched_at: op.parts.now() },
  };
  await save(op, row, ['resize_reverting']);
}
