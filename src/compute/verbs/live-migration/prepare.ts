import { messageOf } from '../../../errors/kinds.js';
import { objectArg } from '../../arguments.js';
import type { InstanceOperation } from '../../operation.js';
import { checkHere, type MigrateData } from './check.js';
import { tell } from './migration.js';

/**
 * What can be done on the host that a server is to go to while it still runs (nova/compute/manager.py pre_live_migration,
 * release 26). Leaves nothing that would have to be taken away. Its ports are not plugged yet: their second binding does
 * not count before the server comes, and one that has no container yet answers for nobody.
 */
export async function prepare(op: InstanceOperation): Promise<MigrateData> {
  const data = objectArg(op.request.args, 'migrate_data', 'HyperVLiveMigrateData');
  // First: what it asks of conductor has no longer to wait than a short call has.
  await checkHere(op);
  await tell(op, 'live_migration_pre', 'start');
  await bringImage(op);
  await tell(op, 'live_migration_pre', 'end');
  data.set('wait_for_vif_plugged', false);
  return data;
}

/**
 * The server's own disk comes whole, and most of it is the image that it was made of: the engine keeps each layer once.
 * Without that it only takes longer.
 */
async function bringImage(op: InstanceOperation): Promise<void> {
  const imageId = op.instance.get('image_ref') ?? '';
  if (imageId === '') return;
  try {
    await op.parts.images.cache(imageId, op.request.context, op.signal);
  } catch (error) {
    op.signal.throwIfAborted();
    op.log.warn('The image of a server that is to come here could not be fetched', { reason: messageOf(error) });
  }
}
