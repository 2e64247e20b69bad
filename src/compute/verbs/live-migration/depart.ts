import { messageOf, ServiceError } from '../../../errors/kinds.js';
import type { Instance, Migration } from '../../../objects/index.js';
import { objectArg } from '../../arguments.js';
import { isGone } from '../../failures.js';
import { mainKey } from '../../guest.js';
import type { InstanceOperation } from '../../operation.js';
import { saveMigration } from '../resize/migration.js';
import type { Departure } from './departures.js';
import { CHECKPOINT, claim, migrationNow, onCurrentRow } from './migration.js';
import { sendAll } from './send.js';
import { endOfDeleted, takeBack } from './take-back.js';

/** What a (repeated) request has to do still. */
export type DepartureStep = 'depart' | 'hand-on' | 'take-back' | 'over' | 'failed';

export interface DepartureFacts {
  readonly status: string;
  /** The row says that the server moves, and is here. */
  readonly isMoving: boolean;
}

const BEFORE: ReadonlySet<string> = new Set(['accepted', 'queued', 'preparing', 'running']);

/** Pure. */
export function decideDeparture({ status, isMoving }: DepartureFacts): DepartureStep {
  if (BEFORE.has(status)) return isMoving ? 'depart' : 'take-back';
  if (status === 'post-migrating') return isMoving ? 'hand-on' : 'over';
  if (status === 'completed') return 'over';
  if (isMoving) return 'take-back';
  return status === 'cancelled' ? 'over' : 'failed';
}

/**
 * A server leaves this host while it runs (nova/compute/manager.py live_migration and _do_live_migration, release 26): its
 * processes are frozen, written and ended, sent with its disk, and taken up where it goes. Unlike upstream this ends when
 * the other host has been told: that one goes on by itself (post_live_migration_at_destination), and tells this one how it
 * ended (post_ or rollback_live_migration_at_source), so that either may be killed at any time. The row names this host
 * until the server runs there, so whatever happens to that host it can be started here.
 */
export async function depart(op: InstanceOperation): Promise<void> {
  const migration = await migrationNow(op);
  const now = await onCurrentRow(op);
  if (now === undefined) return endOfDeleted(op, migration);
  const { instance } = now;
  const isMoving = instance.get('task_state') === 'migrating' && instance.get('host') === op.parts.settings.host;
  const step = decideDeparture({ status: migration.get('status') ?? '', isMoving });
  if (step === 'depart') return op.parts.departures.run(instance.get('uuid'), (it) => orTakeBack(now, migration, it));
  if (step === 'hand-on') return handOn(now, migration);
  if (step === 'take-back') await takeBack(now, migration, 'failed');
  if (step === 'over' || migration.get('status') === 'cancelled') return;
  throw new ServiceError(
    'Internal',
    'The live migration failed, and the service was restarted while it was taken back.',
  );
}

async function orTakeBack(op: InstanceOperation, migration: Migration, departure: Departure): Promise<void> {
  const within = { ...op, signal: AbortSignal.any([op.signal, departure.signal]) };
  try {
    if (migration.get('status') === 'accepted') await saveMigration(op, migration, { status: 'queued' });
    await op.parts.limits.liveMigrations.run(within.signal, () => leave(within, migration, departure));
  } catch (error) {
    if (op.request.signal.aborted) throw error;
    if (isGone(error) || op.signal.aborted) {
      await endOfDeleted(op, migration);
      throw error;
    }
    await stay(op, migration, departure.signal.aborted ? undefined : { error });
  }
}

/** `failure`: absent when somebody has cancelled it. */
async function stay(
  op: InstanceOperation,
  migration: Migration,
  failure: { readonly error: unknown } | undefined,
): Promise<void> {
  const reason = failure === undefined ? 'it was cancelled' : messageOf(failure.error);
  op.log.warn('A live migration is taken back', { reason });
  const lost = await takeBack(op, migration, failure === undefined ? 'cancelled' : 'failed');
  if (lost !== undefined) throw new ServiceError('Internal', `${reason} ${lost}`, { cause: failure?.error });
  if (failure !== undefined) throw failure.error;
}

async function leave(op: InstanceOperation, migration: Migration, departure: Departure): Promise<void> {
  if (migration.get('status') !== 'running') {
    await saveMigration(op, migration, { status: 'preparing' });
    await prepareThere(op, migration);
    await claim(op, migration);
    op.signal.throwIfAborted();
    await saveMigration(op, migration, { status: 'running' });
  }
  // Whoever ends the migration waits for this: the engine goes on with it, and the server would end behind our back.
  const { bytes } = await op.parts.checkpoints.take(mainKey(op), CHECKPOINT, op.request.signal);
  op.signal.throwIfAborted();
  op.log.info('The processes of a server are frozen and written', { bytes });
  await op.parts.consoles.close(op.instance.get('uuid'));
  await sendAll(op, migration);
  departure.handOn();
  await saveMigration(op, migration, { status: 'post-migrating' });
  await handOn(op, migration);
}

async function prepareThere(op: InstanceOperation, migration: Migration): Promise<void> {
  const { args } = op.request;
  const message = {
    host: migration.get('dest_compute') ?? '',
    method: 'pre_live_migration',
    args: { instance: op.instance, disk: null, migrate_data: args['migrate_data'] ?? null },
  };
  await op.conductor.peers.call(message, { isLong: true, signal: op.signal });
}

async function handOn(op: InstanceOperation, migration: Migration): Promise<void> {
  const { args, uniqueId } = op.request;
  const asked: Instance = objectArg(args, 'instance', 'Instance');
  await op.conductor.peers.cast(
    {
      host: migration.get('dest_compute') ?? '',
      method: 'post_live_migration_at_destination',
      args: {
        ...{ instance: op.instance, block_migration: args['block_migration'] ?? false, migration },
        // Conductor's word for the host that it goes to.
        availability_zone: asked.get('availability_zone'),
      },
    },
    `${uniqueId}-arrive`,
  );
}
