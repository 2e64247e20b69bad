import { kindOf, messageOf, novaNameOf } from '../../../errors/kinds.js';
import type { Instance, Migration } from '../../../objects/index.js';
import { objectArg } from '../../arguments.js';
import { leaveNothing } from '../../carry/receive.js';
import { insist } from '../../insist.js';
import { NOVA_ATTRS } from '../../instance-attrs.js';
import { save, type InstanceOperation } from '../../operation.js';
import { POWER_STATE } from '../../ports/containers.js';
import { flavorRow } from './flavors.js';
import { dropOthers } from './remade.js';
import { isMove, saveMigration, withoutResize } from './migration.js';

/** The new flavor is kept (nova/compute/manager.py confirm_resize, release 26), on the host that the server was on. */
export async function confirmResize(op: InstanceOperation): Promise<void> {
  const migration = await op.conductor.migrations.get(objectArg(op.request.args, 'migration', 'Migration').get('id'));
  const status = migration.get('status') ?? '';
  if (!['finished', 'confirming', 'confirmed'].includes(status)) {
    op.log.warn('A resize is to be confirmed that is not waiting for it', { migration: migration.get('id'), status });
    return;
  }
  const instance = await current(op);
  // A server that is resized again waits for its own migration.
  if (instance?.get('vm_state') === 'resized' && status !== 'confirmed') await confirm({ ...op, instance });
  const failure = await leaveIfElsewhere(op, migration, instance);
  if (!isMove(migration)) await insist(op, 'Removing what a resized server was before', () => dropOthers(op));
  // In this order: the row of a deleted server's migration can't be written any more.
  await insist(op, 'Giving back what a confirmed resize held', () =>
    op.parts.allocations.remove(migration.get('uuid')),
  );
  if (status !== 'confirmed') await saveMigration(op, migration, { status: 'confirmed' });
  op.parts.node.usageChanged();
  if (failure !== undefined) throw failure.error;
}

/** Whatever stays here, the server is elsewhere for good: it holds nothing of this host any more. */
async function leaveIfElsewhere(
  op: InstanceOperation,
  migration: Migration,
  instance: Instance | undefined,
): Promise<{ readonly error: unknown } | undefined> {
  // It may have come back by now, when this was interrupted before.
  if (!isMove(migration) || instance?.get('host') === op.parts.settings.host) return undefined;
  try {
    await insist(op, 'Removing what a server has left here', () => leaveNothing(op));
    return undefined;
  } catch (error) {
    if (op.request.signal.aborted || kindOf(error) === 'Interrupted') throw error;
    op.log.error('Something of a server that has left stays here', { reason: messageOf(error) });
    return { error };
  }
}

async function confirm(op: InstanceOperation): Promise<void> {
  const { instance } = op;
  const vmState = instance.get('power_state') === POWER_STATE.SHUTDOWN ? 'stopped' : 'active';
  const row = {
    ...flavorRow({ current: instance.get('flavor'), before: null, after: null }),
    ...withoutResize(op),
    ...{ vm_state: vmState, task_state: null },
  };
  await save(op, row, [null, 'deleting', 'soft-deleting']);
  await op.conductor.scheduler.instanceChanged(instance);
}

async function current(op: InstanceOperation): Promise<Instance | undefined> {
  try {
    return await op.conductor.instances.get(op.instance.get('uuid'), NOVA_ATTRS);
  } catch (error) {
    if (novaNameOf(error) === 'InstanceNotFound') return undefined;
    throw error;
  }
}
