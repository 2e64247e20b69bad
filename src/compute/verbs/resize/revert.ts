import { messageOf } from '../../../errors/kinds.js';
import type { Flavor, Migration } from '../../../objects/index.js';
import { leaveNothing } from '../../carry/receive.js';
import { isGone, isStateConflict } from '../../failures.js';
import { guestState, powerOf, powerOn } from '../../guest.js';
import { insist } from '../../insist.js';
import { networkSubject } from '../../network-subject.js';
import { save, type InstanceChanges, type InstanceOperation } from '../../operation.js';
import { providerMapping } from '../../provider-mapping.js';
import { forgetImage } from '../disk-image.js';
import { plug, untilWired } from '../wiring.js';
import { flavorRow } from './flavors.js';
import { applyFlavor, checkFlavor, fixedChanges } from './limits.js';
import { isRemade, putBack } from './remade.js';
import { heldAsBefore, isMove, migrationOf, saveMigration, stateBefore, withoutResize } from './migration.js';
import { handBack } from './send-back.js';

/**
 * The new flavor is given up, on the host that the server is on (nova/compute/manager.py revert_resize, release 26). A
 * server that has grown beyond its old flavor meanwhile stays as it is, and can still be confirmed; one that had moved is
 * as it was when it left: what it has written since is gone.
 */
export async function revertResize(op: InstanceOperation): Promise<void> {
  const migration = await migrationOf(op);
  if (isMove(migration)) await leaveHere(op, migration);
  else await checkOldFlavor(op, migration);
  await saveMigration(op, migration, { status: 'reverted' });
  op.parts.node.usageChanged();
  await handBack(op, migration);
}

/**
 * As long as it stands here the user can ask again, or confirm; once it is gone there is only the way back, and what else
 * is left here is found by periodic work.
 */
async function leaveHere(op: InstanceOperation, migration: Migration): Promise<void> {
  try {
    await leaveNothing(op);
  } catch (error) {
    if (op.signal.aborted || isGone(error)) throw error;
    if (await mayBeHere(op)) {
      await saveMigration(op, migration, { status: 'finished' });
      throw error;
    }
    op.log.error('Something of a server that goes back stayed behind', { reason: messageOf(error) });
  }
}

async function mayBeHere(op: InstanceOperation): Promise<boolean> {
  try {
    return (await guestState(op)) !== undefined;
  } catch {
    return true;
  }
}

async function checkOldFlavor(op: InstanceOperation, migration: Migration): Promise<void> {
  try {
    const before = op.instance.get('old_flavor');
    // One that was made anew goes back to what it was, whatever is in use now.
    if (before !== null && !(await isRemade(op))) await checkFlavor(op, before);
  } catch (error) {
    if (!op.signal.aborted && !isGone(error)) await saveMigration(op, migration, { status: 'finished' });
    throw error;
  }
}

/** The second step, on the host that the server was on. */
export async function finishRevertResize(op: InstanceOperation): Promise<void> {
  const migration = await migrationOf(op);
  const { instance, parts } = op;
  const flavor = instance.peek('old_flavor') ?? instance.get('flavor');
  try {
    await heldAsBefore(op, migration);
    if (isMove(migration)) await insist(op, 'Bringing a server back', () => comeBack(op, migration));
    else await goBack(op, flavor);
    // The host that sent it back may be without Glance.
    if (isMove(migration) && migration.get('status') === 'error') await forgetImage(op, migration.get('uuid'));
    await done(op, migration);
  } catch (error) {
    if (op.signal.aborted || isGone(error)) throw error;
    instance.resetChanges();
    // Its states are who went first's; where it is and what it has is true all the same.
    if (isStateConflict(error)) await save(op, asItWas(op, migration));
    else await save(op, { vm_state: 'error' });
    throw error;
  }
  parts.node.usageChanged();
  await op.conductor.scheduler.instanceChanged(instance);
}

async function goBack(op: InstanceOperation, before: Flavor): Promise<void> {
  const isNew = (await fixedChanges(op, op.instance.get('flavor'), before)).length > 0 || (await isRemade(op));
  if (providerMapping(op.request.args).size > 0) await op.parts.networks.bind(networkSubject(op), 'held');
  await (isNew ? putBack(op, before, true) : applyFlavor(op, before));
}

/** Its container stands here as it was left. The row says so first, so that word of its ports comes to this host. */
async function comeBack(op: InstanceOperation, migration: Migration): Promise<void> {
  const here = { host: migration.get('source_compute'), node: migration.get('source_node') };
  await save(op, here, ['resize_reverting']);
  const plugged = await plug(op, await op.parts.networks.bind(networkSubject(op), 'held'));
  try {
    if (stateBefore(op) === 'stopped') return;
    await untilWired(op, plugged);
    await powerOn(op);
  } finally {
    plugged.wait.cancel();
  }
}

/** It has run on all the time, or is started again, so it is in the state that it was in, unless it was stopped or ended by itself. */
async function done(op: InstanceOperation, migration: Migration): Promise<void> {
  const row = {
    ...asItWas(op, migration),
    ...{ vm_state: stateBefore(op) === 'stopped' ? 'stopped' : 'active', task_state: null },
    ...{ power_state: await powerOf(op), launched_at: op.parts.now() },
  };
  await save(op, row, ['resize_reverting']);
}

function asItWas(op: InstanceOperation, migration: Migration): InstanceChanges {
  const current = op.instance.peek('old_flavor') ?? op.instance.get('flavor');
  const here = { host: migration.get('source_compute'), node: migration.get('source_node') };
  return { ...flavorRow({ current, before: null, after: null }), ...withoutResize(op), ...here };
}
