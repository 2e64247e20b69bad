import { messageOf } from '../../../errors/kinds.js';
import type { Migration } from '../../../objects/index.js';
import { dictArg } from '../../arguments.js';
import { unpackedBelongings } from '../../carry/belongings.js';
import { receive } from '../../carry/receive.js';
import { powerOf } from '../../guest.js';
import { instanceFacts } from '../../instance-facts.js';
import { networkSubject } from '../../network-subject.js';
import { save, type InstanceOperation } from '../../operation.js';
import { providerMapping } from '../../provider-mapping.js';
import { flavorRow } from './flavors.js';
import { applyFlavor, fixedChanges } from './limits.js';
import { isRemade, putBack, remakeWith } from './remade.js';
import { isGoingBack, orSendBack, sendBack } from './send-back.js';
import { isMove, migrationOf, saveMigration, stateBefore } from './migration.js';
import { orTakeBack } from './take-back.js';

/** The third step, on the host that the server is to be on (nova/compute/manager.py _finish_resize, release 26). */
export async function finishResize(op: InstanceOperation): Promise<void> {
  const { parts, instance } = op;
  const migration = await migrationOf(op);
  if (isMove(migration) && isGoingBack(op)) return sendBack(op, migration);
  if (isMove(migration)) await orSendBack(op, migration, () => finish(op, migration, () => arrive(op, migration)));
  else await orTakeBack(op, migration, () => finish(op, migration, () => changeHere(op)));
  parts.node.usageChanged();
  await op.conductor.scheduler.instanceChanged(instance);
}

async function finish(op: InstanceOperation, migration: Migration, work: () => Promise<void>): Promise<void> {
  const { parts, instance } = op;
  const before = instance.peek('old_flavor') ?? instance.get('flavor');
  const after = instance.peek('new_flavor') ?? instance.get('flavor');
  const row = { ...flavorRow({ current: after, before, after }), task_state: 'resize_finish' };
  await save(op, row, op.attempt > 1 ? ['resize_migrated', 'resize_finish'] : ['resize_migrated']);
  await work();
  await saveMigration(op, migration, { status: 'finished' });
  const done = { vm_state: 'resized', task_state: null, power_state: await powerOf(op), launched_at: parts.now() };
  await save(op, done, ['resize_finish']);
}

/** In the container that runs, if it can have all of the new flavor; else in a new one. */
async function changeHere(op: InstanceOperation): Promise<void> {
  const after = op.instance.get('flavor');
  const before = op.instance.peek('old_flavor') ?? after;
  const isNew = (await fixedChanges(op, before, after)).length > 0 || (await isRemade(op));
  const providers = providerMapping(op.request.args);
  if (providers.size > 0) await op.parts.networks.bind(networkSubject(op), providers);
  try {
    await (isNew ? remakeWith(op, after) : applyFlavor(op, after));
  } catch (error) {
    if (!op.signal.aborted) await asBefore(op, () => (isNew ? putBack(op, before, false) : applyFlavor(op, before)));
    throw error;
  }
}

async function arrive(op: InstanceOperation, migration: Migration): Promise<void> {
  const facts = instanceFacts(op.instance, op.parts.settings, dictArg(op.request.args, 'image'));
  const runs = stateBefore(op) !== 'stopped';
  const belongings = unpackedBelongings(op.request.args['disk_info']);
  const had = op.instance.peek('old_flavor') ?? op.instance.get('flavor');
  await receive(op, {
    ...{ imageId: migration.get('uuid'), properties: facts.imageProperties, runs, belongings },
    ephemeral: had.get('ephemeral_gb') > 0 ? 'carried' : 'blank',
  });
}

/** The engine may have done a part of it. */
async function asBefore(op: InstanceOperation, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    op.log.error('A server could not be made what it was before its resize', { reason: messageOf(error) });
  }
}
