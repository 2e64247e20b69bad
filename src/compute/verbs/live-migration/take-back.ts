import { kindOf, messageOf, ServiceError } from '../../../errors/kinds.js';
import type { Migration, Vif } from '../../../objects/index.js';
import { isGone, isStateConflict } from '../../failures.js';
import { guestState, mainKey, powerOf, powerOn } from '../../guest.js';
import { restoreWithPorts, thaw } from '../../guest-ports.js';
import { insist } from '../../insist.js';
import { networkSubject } from '../../network-subject.js';
import { save, type InstanceOperation } from '../../operation.js';
import { POWER_STATE } from '../../ports/containers.js';
import { forgetImage } from '../disk-image.js';
import { heldAsBefore } from '../resize/migration.js';
import { plug } from '../wiring.js';
import {
  CHECKPOINT,
  endMigration,
  memoryImageId,
  migrationNow,
  onCurrentRow,
  tell,
  withoutClaim,
} from './migration.js';

const OVER: ReadonlySet<string> = new Set(['failed', 'cancelled', 'error']);
const LOST =
  'The server could not be taken up where it was frozen and was started anew: what it had in memory is lost.';
const DOWN = 'The server could not be started again on its host.';

/** The host that the server went to sends it back (rollback_live_migration_at_source): that one has nothing of it. */
export async function comeBack(op: InstanceOperation): Promise<void> {
  const migration = await migrationNow(op);
  const now = await onCurrentRow(op);
  if (now === undefined) return endOfDeleted(op, migration);
  // It came there, was interrupted, and has come there after all; or this was done by an earlier try.
  if (migration.get('status') === 'completed' || now.instance.get('host') !== op.parts.settings.host) return;
  const lost = await takeBack(now, migration, 'failed', 'there-is-nothing');
  if (lost !== undefined) throw new ServiceError('Internal', lost);
}

/**
 * A live migration that did not work: the server is on this host, and goes on from where it was frozen
 * (nova/compute/manager.py _rollback_live_migration, release 26). Undefined, or what of it could not be had back. Safe to
 * repeat; a server whose states somebody else has set meanwhile keeps them.
 */
export async function takeBack(
  op: InstanceOperation,
  migration: Migration,
  ending: 'failed' | 'cancelled',
  there: 'may-be-something' | 'there-is-nothing' = 'may-be-something',
): Promise<string | undefined> {
  // Said first: whoever is interrupted here goes on taking back.
  if (!OVER.has(migration.get('status') ?? '')) await endMigration(op, migration, ending);
  op.instance.resetChanges();
  await tell(op, 'live_migration_rollback', 'start');
  await heldAsBefore(op, migration);
  await forgetSent(op, migration);
  if (there === 'may-be-something') await withdrawThere(op, migration);
  const lost = await goOn(op, migration);
  await insist(op, 'Removing the checkpoint of a server', () => op.parts.checkpoints.forget(mainKey(op), CHECKPOINT));
  await settle(op, lost);
  op.parts.node.usageChanged();
  await tell(op, 'live_migration_rollback', 'end');
  return lost;
}

/** Nobody wants the server any more: only what the migration holds is left to give back. Its container goes with the row. */
export async function endOfDeleted(op: InstanceOperation, migration: Migration): Promise<void> {
  const { allocations, checkpoints } = op.parts;
  const held = migration.get('uuid');
  await insist(op, 'Giving back what the migration of a deleted server held', () => allocations.remove(held));
  await forgetSent(op, migration);
  await withdrawThere(op, migration);
  await insist(op, 'Removing the checkpoint of a server', () => checkpoints.forget(mainKey(op), CHECKPOINT));
  if (!OVER.has(migration.get('status') ?? '')) await endMigration(op, migration, 'error');
}

/** What lies in Glance of it; nobody could read the one of the two that matters. */
export async function forgetSent(op: InstanceOperation, migration: Migration): Promise<void> {
  await Promise.all([forgetImage(op, migration.get('uuid')), forgetImage(op, memoryImageId(migration))]);
}

async function withdrawThere(op: InstanceOperation, migration: Migration): Promise<void> {
  await op.conductor.peers.cast(
    {
      host: migration.get('dest_compute') ?? '',
      method: 'rollback_live_migration_at_destination',
      args: { instance: op.instance, destroy_disks: true, migrate_data: null, migration },
    },
    `${op.request.uniqueId}-withdraw`,
  );
}

/** It runs, whatever else fails: what is said of that, if anything, is for its user. */
async function goOn(op: InstanceOperation, migration: Migration): Promise<string | undefined> {
  try {
    return await insist(op, 'Bringing a server back that was to be migrated', async () => {
      const vifs = await portsBack(op, migration);
      const power = await powerOf(op);
      if (power === POWER_STATE.RUNNING || !isToRun(op)) return undefined;
      // The engine was killed in the middle of it.
      if (power === POWER_STATE.PAUSED) return thaw(op).then(() => undefined);
      const { wait } = await plug(op, vifs, []);
      wait.cancel();
      return await restoreOrStart(op);
    });
  } catch (error) {
    if (op.request.signal.aborted) throw error;
    op.log.error(DOWN, { reason: messageOf(error) });
    return DOWN;
  }
}

/** A port that Neutron refuses to bind here again is no reason to leave the server where it stands. */
async function portsBack(op: InstanceOperation, migration: Migration): Promise<readonly Vif[]> {
  const { networks } = op.parts;
  const subject = networkSubject(op, op.request.signal);
  try {
    const vifs = await networks.takeOver(subject);
    await networks.forgetBindings(subject, migration.get('dest_compute') ?? '');
    return vifs;
  } catch (error) {
    if (isPassing(error) || op.request.signal.aborted) throw error;
    op.log.error('Ports of a server that stays could not be bound to its host again', { reason: messageOf(error) });
    return networks.recorded(subject);
  }
}

/** Whoever has reset its states may have stopped it since. */
function isToRun({ instance }: InstanceOperation): boolean {
  return instance.get('task_state') === 'migrating' || instance.get('vm_state') === 'active';
}

async function restoreOrStart(op: InstanceOperation): Promise<string | undefined> {
  try {
    await restoreWithPorts(op, mainKey(op), CHECKPOINT);
    return undefined;
  } catch (error) {
    if (isPassing(error) || op.request.signal.aborted) throw error;
    op.log.error('A server could not be taken up where it was frozen; it is started anew', {
      reason: messageOf(error),
    });
  }
  await powerOn(op);
  return LOST;
}

function isPassing(error: unknown): boolean {
  return kindOf(error) === 'Unavailable' || kindOf(error) === 'Timeout';
}

/** What is true whoever has set its states goes anyway. */
async function settle(op: InstanceOperation, lost: string | undefined): Promise<void> {
  const row = { ...withoutClaim(op.instance), power_state: await powerOf(op) };
  const gone = (await guestState(op)) === undefined;
  try {
    await save(op, { ...row, task_state: null, ...(gone && lost !== undefined && { vm_state: 'error' }) }, [
      'migrating',
    ]);
  } catch (error) {
    if (isGone(error)) return;
    if (!isStateConflict(error)) throw error;
    op.instance.resetChanges();
    await save(op, row);
  }
}
