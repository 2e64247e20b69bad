import { messageOf } from '../../../errors/kinds.js';
import type { Instance } from '../../../objects/index.js';
import { leaveNothing } from '../../carry/receive.js';
import { mainKey } from '../../guest.js';
import { insist } from '../../insist.js';
import { networkSubject } from '../../network-subject.js';
import type { InstanceOperation } from '../../operation.js';
import { CHECKPOINT, endMigration, migrationNow, onCurrentRow, tell } from './migration.js';

/**
 * The server runs where it went, and what it has left here goes (nova/compute/manager.py _post_live_migration, release 26;
 * there it is the end of live_migration, here the other host casts it). Safe to repeat. The migration is what is written
 * last.
 */
export async function leaveBehind(op: InstanceOperation): Promise<void> {
  const migration = await migrationNow(op);
  // Whatever has become of it there: it may even be deleted.
  const now = (await onCurrentRow(op))?.instance;
  if (now?.get('host') === op.parts.settings.host) return op.log.warn('A server is here that is said to have left');
  await tell(op, 'live_migration_post', 'start');
  await insist(op, 'Removing what a server has left here', async () => {
    await op.parts.checkpoints.forget(mainKey(op), CHECKPOINT);
    await leaveNothing(op);
  });
  await forgetBindings(op, now);
  await op.conductor.consoleTokens.cleanForInstance(op.instance.get('uuid'));
  await insist(op, 'Giving back what a live migration held', () => op.parts.allocations.remove(migration.get('uuid')));
  op.parts.node.usageChanged();
  await tell(op, 'live_migration_post', 'end');
  await endMigration(op, migration, 'completed');
}

/** Nobody misses them: they do not count, and go with their ports. */
async function forgetBindings(op: InstanceOperation, now: Instance | undefined): Promise<void> {
  if (now === undefined) return;
  try {
    await op.parts.networks.forgetBindings(networkSubject(op), op.parts.settings.host);
  } catch (error) {
    op.signal.throwIfAborted();
    op.log.warn('Bindings of ports to this host stay, which the server has left', { reason: messageOf(error) });
  }
}
