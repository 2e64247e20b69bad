import { createHash } from 'node:crypto';
import { novaNameOf, ServiceError } from '../../../errors/kinds.js';
import { create, type Instance, type Migration } from '../../../objects/index.js';
import { objectArg } from '../../arguments.js';
import { newKey } from '../../carry/seal.js';
import { save, type InstanceChanges, type InstanceOperation } from '../../operation.js';
import type { NotificationPhase, PlainAction } from '../../ports/notifications.js';
import { saveMigration } from '../resize/migration.js';
import { currentInstance } from '../../recovery/verb-resume.js';

export type Ending = 'completed' | 'failed' | 'cancelled' | 'error';

/** Under which Nova keeps the key of what is on its way, for itself. Goes when the server has arrived, or come back. */
const KEY = 'live_migration_key';

/** Of the checkpoint, on both hosts. */
export const CHECKPOINT = 'live-migration';

/** The migration as it is now; as the request has it when its row has gone with that of a deleted server. */
export async function migrationNow(op: InstanceOperation): Promise<Migration> {
  const told = objectArg(op.request.args, 'migration', 'Migration');
  try {
    return await op.conductor.migrations.get(told.get('id'));
  } catch (error) {
    if (novaNameOf(error) !== 'MigrationNotFound') throw error;
    return told;
  }
}

/** Says how it ended, if anybody can still read it. */
export async function endMigration(op: InstanceOperation, migration: Migration, status: Ending): Promise<void> {
  try {
    await saveMigration(op, migration, { status });
  } catch (error) {
    if (novaNameOf(error) !== 'MigrationNotFound') throw error;
  }
}

/** Id of the image that has the server's memory; that of its disk has the migration's own. */
export function memoryImageId(migration: Migration): string {
  const hash = createHash('sha256')
    .update(`memory of ${migration.get('uuid')}`)
    .digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

/**
 * Writes down that the server is about to go: the migration's key, with which all is sealed that lies where others than the
 * two hosts can read, and its context, by which nova-api sends word of the ports to both of them.
 */
export async function claim(op: InstanceOperation, migration: Migration): Promise<string> {
  const kept = op.instance.get('system_metadata')[KEY];
  if (typeof kept === 'string') return kept;
  const key = newKey();
  const context = create('MigrationContext', {
    ...{ instance_uuid: op.instance.get('uuid'), migration_id: migration.get('id') },
    ...{ old_numa_topology: null, new_numa_topology: null, old_pci_devices: null, new_pci_devices: null },
    ...{ old_pci_requests: null, new_pci_requests: null, old_resources: null, new_resources: null },
  });
  const row = { system_metadata: { ...op.instance.get('system_metadata'), [KEY]: key }, migration_context: context };
  await save(op, row, ['migrating']);
  return key;
}

/** Throws Conflict when the row has none: somebody else has ended the migration. */
export function knownKey({ instance }: InstanceOperation): string {
  const key = instance.get('system_metadata')[KEY];
  if (typeof key === 'string') return key;
  throw new ServiceError('Conflict', 'What another host has sent of the server cannot be read any more.');
}

/** The row of a server that does not move any more. */
export function withoutClaim(instance: Instance): InstanceChanges {
  const { [KEY]: _key, ...kept } = instance.get('system_metadata');
  return { system_metadata: kept, migration_context: null, progress: 0 };
}

/**
 * The operation on the row as it is now: conductor sends one on which it has put the availability zone of the host that the
 * server goes to, and that is true only when it has arrived. Undefined: the row is gone, or going.
 */
export async function onCurrentRow(op: InstanceOperation): Promise<InstanceOperation | undefined> {
  const instance = await currentInstance(op);
  if (instance === undefined || instance.get('task_state') === 'deleting') return undefined;
  return { ...op, instance };
}

export async function tell(op: InstanceOperation, action: PlainAction, phase: NotificationPhase): Promise<void> {
  await op.parts.notifications.instance({ context: op.request.context, instance: op.instance, action, phase });
}
