import { pipeline } from 'node:stream';
import { kindOf, messageOf, ServiceError } from '../../../errors/kinds.js';
import type { Instance, Migration } from '../../../objects/index.js';
import { optionalStringArg } from '../../arguments.js';
import { unpackedBelongings } from '../../carry/belongings.js';
import { arrivedImage, leaveNothing } from '../../carry/receive.js';
import { unseal } from '../../carry/seal.js';
import { unsealing } from '../../carry/seal-stream.js';
import { mainKey, powerOf } from '../../guest.js';
import { restoreWithPorts } from '../../guest-ports.js';
import { insist } from '../../insist.js';
import { instanceFacts } from '../../instance-facts.js';
import { networkSubject } from '../../network-subject.js';
import { save, type InstanceChanges, type InstanceOperation } from '../../operation.js';
import { POWER_STATE, type LocalImage } from '../../ports/containers.js';
import type { Belongings } from '../../ports/instance-folders.js';
import { remake } from '../remake.js';
import { plug, untilWired } from '../wiring.js';
import {
  CHECKPOINT,
  endMigration,
  knownKey,
  memoryImageId,
  migrationNow,
  onCurrentRow,
  tell,
  withoutClaim,
} from './migration.js';
import { forgetSent } from './take-back.js';

/** Shown while the server stands still: it is on this host's side of the way. */
const ARRIVING = 95;

/** What a (repeated) request has to do still. */
export type ArrivalStep = 'arrive' | 'say-so' | 'go-back' | 'over';

export interface ArrivalFacts {
  readonly status: string;
  readonly isHere: boolean;
  /** The row says that the server moves. */
  readonly isMoving: boolean;
}

/** Pure. A server that is here has arrived: the row says so only then. */
export function decideArrival({ status, isHere, isMoving }: ArrivalFacts): ArrivalStep {
  if (status === 'completed') return 'over';
  if (isHere) return status === 'post-migrating' ? 'say-so' : 'over';
  return status === 'post-migrating' && isMoving ? 'arrive' : 'go-back';
}

/**
 * A server of another host is made here and goes on where it was frozen (nova/compute/manager.py
 * post_live_migration_at_destination, release 26, which finds it running). Unlike upstream's it is a cast, and says to the
 * other host how it ended. A failure leaves nothing here, and sends the server back.
 */
export async function arrive(op: InstanceOperation): Promise<void> {
  const migration = await migrationNow(op);
  const now = await onCurrentRow(op);
  if (now === undefined) return goBack(op, migration);
  const isHere = now.instance.get('host') === op.parts.settings.host;
  const isMoving = now.instance.get('task_state') === 'migrating';
  const step = decideArrival({ status: migration.get('status') ?? '', isHere, isMoving });
  if (step === 'over') return;
  if (step === 'say-so') return sayArrived(now, migration);
  if (step === 'arrive') return orGoBack(now, migration);
  await goBack(now, migration);
  throw new ServiceError('Conflict', 'The live migration of the server was ended while it was on its way.');
}

async function orGoBack(op: InstanceOperation, migration: Migration): Promise<void> {
  try {
    await tell(op, 'live_migration_post_dest', 'start');
    // Asks whether it is wanted still, of everybody at once.
    await save(op, { progress: ARRIVING }, ['migrating']);
    if ((await powerOf(op)) !== POWER_STATE.RUNNING) await takeUp(op, migration);
    await save(op, await arrived(op), ['migrating']);
  } catch (error) {
    if (op.request.signal.aborted) throw error;
    op.log.warn('A server could not go on here and goes back', { reason: messageOf(error) });
    await goBack(op, migration);
    throw error;
  }
  await sayArrived(op, migration);
}

/** Ports first: their agents wire them while the disk comes. Nothing of its own is done until they have. */
async function takeUp(op: InstanceOperation, migration: Migration): Promise<void> {
  const key = knownKey(op);
  const [image, vifs] = await Promise.all([
    arrivedImage(op, migration.get('uuid')),
    op.parts.networks.takeOver(networkSubject(op)),
  ]);
  const plugged = await plug(op, vifs);
  try {
    if (image !== undefined) {
      const { imageProperties: properties } = instanceFacts(op.instance, op.parts.settings);
      const ephemeral = op.instance.get('flavor').get('ephemeral_gb') > 0 ? 'carried' : 'blank';
      await remake(op, { image, properties, vifs, ownDisk: true, ephemeral, ...belongingsIn(op, image, key) });
    }
    await placeMemory(op, memoryImageId(migration), key);
    await untilWired(op, plugged);
  } finally {
    plugged.wait.cancel();
  }
  await restoreWithPorts(op, mainKey(op), CHECKPOINT);
}

function belongingsIn(op: InstanceOperation, { sealed }: LocalImage, key: string): Belongings | undefined {
  return sealed === undefined ? undefined : unpackedBelongings(unseal(sealed, key, op.instance.get('uuid')));
}

async function placeMemory(op: InstanceOperation, imageId: string, key: string): Promise<void> {
  const { library, checkpoints } = op.parts;
  const opened = unsealing(key, imageId);
  // Either's failure is the other's, and is told by who reads.
  pipeline(await library.download(imageId, op.request.context, op.signal), opened, () => undefined);
  try {
    await checkpoints.place(mainKey(op), CHECKPOINT, opened, op.signal);
  } catch (error) {
    // An earlier try has got further: it has begun to take it up.
    if (op.attempt === 1 || kindOf(error) !== 'Conflict') throw error;
  }
}

async function arrived(op: InstanceOperation): Promise<InstanceChanges> {
  const { host, node } = op.parts.settings;
  const zone = optionalStringArg(op.request.args, 'availability_zone');
  return {
    ...withoutClaim(op.instance),
    ...{
      host,
      node,
      task_state: null,
      power_state: await powerOf(op),
      ...(zone !== null && { availability_zone: zone }),
    },
  };
}

/** To whoever wants to know; the other host takes away what it has. */
async function sayArrived(op: InstanceOperation, migration: Migration): Promise<void> {
  const { parts, conductor, instance } = op;
  await forgetSent(op, migration);
  await insist(op, 'Removing the checkpoint of a server', () => parts.checkpoints.forget(mainKey(op), CHECKPOINT));
  parts.node.usageChanged();
  await conductor.scheduler.instanceChanged(instance);
  await tell(op, 'live_migration_post_dest', 'end');
  await toSource(op, migration, 'post_live_migration_at_source');
}

/** What stands here is no server's: that one is where it came from, or is deleted. */
async function goBack(op: InstanceOperation, migration: Migration): Promise<void> {
  op.instance.resetChanges();
  await insist(op, 'Removing what a server that goes back has here', () => withdraw(op));
  if (migration.get('status') === 'post-migrating') await endMigration(op, migration, 'failed');
  await toSource(op, migration, 'rollback_live_migration_at_source');
}

async function toSource(op: InstanceOperation, migration: Migration, method: string): Promise<void> {
  const args = { instance: op.instance, migration };
  const host = migration.get('source_compute') ?? '';
  await op.conductor.peers.cast({ host, method, args }, `${op.request.uniqueId}-${method}`);
}

async function withdraw(op: InstanceOperation): Promise<void> {
  await op.parts.checkpoints.forget(mainKey(op), CHECKPOINT);
  await leaveNothing(op);
}

/**
 * The host that the server is on has taken the migration back before it was handed on (rollback_live_migration_at_destination,
 * release 26): nothing of it has come here, unless the server has come here since.
 */
export async function leaveNothingHere(op: InstanceOperation): Promise<void> {
  const now = await onCurrentRow(op);
  const row: Instance | undefined = now?.instance;
  if (row?.get('host') === op.parts.settings.host) return;
  await tell(op, 'live_migration_rollback_dest', 'start');
  await insist(op, 'Removing what a server that did not come has here', () => withdraw(op));
  await tell(op, 'live_migration_rollback_dest', 'end');
}
