import { messageOf } from '../../../errors/kinds.js';
import type { Migration } from '../../../objects/index.js';
import { booleanArg } from '../../arguments.js';
import { packedBelongings } from '../../carry/belongings.js';
import { sendDisk } from '../../carry/send.js';
import { isGone, isStateConflict } from '../../failures.js';
import { powerOn } from '../../guest.js';
import { networkSubject } from '../../network-subject.js';
import { save, type InstanceOperation } from '../../operation.js';
import { forgetImage } from '../disk-image.js';
import { plug } from '../wiring.js';
import { isMove, migrationOf, saveMigration, stateBefore } from './migration.js';
import { orTakeBack } from './take-back.js';

/**
 * The second step, on the host that the server is on (nova/compute/manager.py _resize_instance, release 26). A server that
 * stays on its host runs on; one that moves is stopped, and its disk sent.
 */
export async function resize(op: InstanceOperation): Promise<void> {
  const migration = await migrationOf(op);
  await orTakeBack(op, migration, async () => {
    const belongings = isMove(migration) ? await packedBelongings(op) : '';
    if (op.instance.get('task_state') !== 'resize_migrated') await leave(op, migration);
    await handOn(op, migration, belongings);
  });
}

async function leave(op: InstanceOperation, migration: Migration): Promise<void> {
  const { instance } = op;
  await saveMigration(op, migration, { status: 'migrating' });
  const before = op.attempt > 1 ? (['resize_prep', 'resize_migrating'] as const) : (['resize_prep'] as const);
  await save(op, { task_state: 'resize_migrating' }, before);
  if (isMove(migration)) await depart(op, migration);
  await saveMigration(op, migration, { status: 'post-migrating' });
  const row = {
    ...{ host: migration.get('dest_compute'), node: migration.get('dest_node'), task_state: 'resize_migrated' },
    // All three: see flavors.ts.
    ...{ flavor: instance.get('flavor'), old_flavor: instance.get('flavor'), new_flavor: instance.get('new_flavor') },
  };
  try {
    await save(op, row, ['resize_migrating']);
  } catch (error) {
    // It goes nowhere, so it runs on until who went first is done with it.
    if (isMove(migration) && isStateConflict(error) && !isGone(error)) await stay(op, migration);
    throw error;
  }
}

/** What it leaves here, stopped and off the net, is what it comes back to when the move is reverted. */
async function depart(op: InstanceOperation, migration: Migration): Promise<void> {
  const isClean = booleanArg(op.request.args, 'clean_shutdown', true);
  try {
    await sendDisk(op, migration.get('uuid'), isClean);
    await op.parts.networks.unplug(op.instance.get('uuid'));
  } catch (error) {
    if (!op.signal.aborted) await stay(op, migration);
    throw error;
  }
  await op.parts.consoles.close(op.instance.get('uuid'));
}

/** As it was, after all: on its ports, running if it ran, and nothing of it on its way. */
async function stay(op: InstanceOperation, migration: Migration): Promise<void> {
  await forgetImage(op, migration.get('uuid'));
  try {
    const { wait } = await plug(op, await op.parts.networks.recorded(networkSubject(op)), []);
    wait.cancel();
    if (stateBefore(op) !== 'stopped') await powerOn(op);
  } catch (error) {
    op.log.error('A server that does not move could not be started again', { reason: messageOf(error) });
  }
}

async function handOn(op: InstanceOperation, migration: Migration, belongings: string): Promise<void> {
  const { args, uniqueId } = op.request;
  await op.conductor.peers.cast(
    {
      host: migration.get('dest_compute') ?? '',
      method: 'finish_resize',
      args: {
        ...{ instance: op.instance, migration, disk_info: belongings },
        image: args['image'] ?? {},
        request_spec: args['request_spec'] ?? null,
      },
    },
    `${uniqueId}-finish`,
  );
}
