import { ServiceError } from '../../../errors/kinds.js';
import { optionalIntegerArg } from '../../arguments.js';
import type { InstanceOperation } from '../../operation.js';
import { tell } from './migration.js';

/**
 * Ends a live migration from this host before it is handed on (nova/compute/manager.py live_migration_abort, release 26):
 * the server goes on here. Not in the server's turn, which the migration has.
 *
 * Throws Conflict (InvalidMigrationState) when there is none, or it is too late.
 */
export async function abortMigration(op: InstanceOperation): Promise<void> {
  await tell(op, 'live_migration_abort', 'start');
  const departure = op.parts.departures.of(op.instance.get('uuid'));
  if (departure?.cancel() !== true) throw tooLate(op, 'abort live migration');
  await departure.ended;
  op.signal.throwIfAborted();
  await tell(op, 'live_migration_abort', 'end');
}

/**
 * A server is frozen, sent once and taken up again: there is nothing that it could be waiting for
 * (live_migration_force_complete, release 26, which is for memory that changes faster than it is sent).
 */
export async function forceComplete(op: InstanceOperation): Promise<void> {
  await tell(op, 'live_migration_force_complete', 'start');
  const moving = await op.conductor.migrations.underWay(op.instance.get('uuid'));
  if (!moving.some((one) => one.get('migration_type') === 'live-migration')) throw tooLate(op, 'force complete');
  op.log.info('A live migration goes on by itself; nothing has to be forced');
  await tell(op, 'live_migration_force_complete', 'end');
}

function tooLate({ instance, request }: InstanceOperation, method: string): ServiceError {
  const uuid = instance.get('uuid');
  const id = optionalIntegerArg(request.args, 'migration_id');
  const text = `The live migration of the server is not in a state in which one can ${method}: it has been handed on, or has ended.`;
  const kwargs = { migration_id: id, instance_uuid: uuid, state: 'post-migrating', method };
  return new ServiceError('Conflict', text, { nova: { name: 'InvalidMigrationState', code: 400, kwargs } });
}
