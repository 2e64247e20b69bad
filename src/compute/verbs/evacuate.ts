import { kindOf, messageOf, novaNameOf, ServiceError } from '../../errors/kinds.js';
import { create, type Migration } from '../../objects/index.js';
import { booleanArg, optionalStringArg } from '../arguments.js';
import { leaveNothing } from '../carry/receive.js';
import { isGone, isStateConflict } from '../failures.js';
import { startNew } from '../first-moments.js';
import { checkGroupPolicy, inGroupsTurn } from '../group-policy.js';
import { mainKey, powerOf } from '../guest.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import { insist } from '../insist.js';
import { networkSubject } from '../network-subject.js';
import { save, type InstanceChanges, type InstanceOperation } from '../operation.js';
import { readInjectedFiles } from '../plan/contents.js';
import { wantsDrive } from '../plan/guest-plan.js';
import { POWER_STATE, type PowerState } from '../ports/containers.js';
import { providerMapping } from '../provider-mapping.js';
import { groupHint } from './build-request.js';
import { remake, remakeSettings } from './remake.js';
import { migrationOf, saveMigration } from './resize/migration.js';
import { devicesArg, refuseVolumes } from './volumes.js';
import { plug, untilWired } from './wiring.js';

/**
 * Makes a server of a host that is down here, of its image: its disk is lost, its ports come along
 * (nova/compute/manager.py rebuild_instance with recreate, release 26). The row goes on naming the dead host until the
 * server is here. A failure leaves it there, with a fault, and nothing of the try here.
 */
export async function evacuate(op: InstanceOperation): Promise<void> {
  const migration = await migrationOf(op);
  const now = op.instance.peek('flavor') === undefined ? { ...op, instance: await currentRow(op) } : op;
  try {
    await refuseWhatCannotBe(now);
    await bringHere(now, migration);
  } catch (error) {
    if (kindOf(error) === 'Interrupted' || op.request.signal.aborted) throw error;
    await endFailed(now, migration, error);
    if (isGone(error)) return;
    throw error;
  }
  await saveMigration(op, migration, { status: 'done' });
  op.parts.node.usageChanged();
  await op.conductor.scheduler.instanceChanged(now.instance);
}

/** A repeated request is not wanted any more: the server is here and only its migration does not say so, or it is not. */
export async function dropEvacuation(op: InstanceOperation): Promise<void> {
  const { conductor, parts } = op;
  const uuid = op.instance.get('uuid');
  if ((await conductor.events.isFinished(uuid, 'compute_rebuild_instance')) === true) return;
  const migration = await migrationOf(op);
  const status = migration.get('status') ?? '';
  const [row] = await conductor.instances.find({ uuids: [uuid] }, []);
  if (row?.get('host') !== parts.settings.host) {
    if (status !== 'done') await giveBack(op, migration);
  } else if (status === 'pre-migrating') await saveMigration(op, migration, { status: 'done' });
}

async function currentRow(op: InstanceOperation): Promise<InstanceOperation['instance']> {
  return op.conductor.instances.get(op.instance.get('uuid'), NOVA_ATTRS);
}

/** From rebuild_spawning on, what stands here under the server's name was made by an earlier try of this request. */
async function refuseWhatCannotBe(op: InstanceOperation): Promise<void> {
  const { args } = op.request;
  const name = op.instance.get('uuid');
  if (booleanArg(args, 'on_shared_storage', false)) {
    throw new ServiceError(
      'Unsupported',
      'Disks of containers are not on shared storage. Evacuate the server without saying that they are: it is made anew of its image.',
      { nova: { name: 'InvalidSharedStorage', code: 500, kwargs: { path: name, reason: 'none is shared' } } },
    );
  }
  if ((op.instance.get('image_ref') ?? '') === '') {
    throw new ServiceError('Unsupported', 'A server without an image cannot be made here: volumes are not supported.', {
      nova: { name: 'InstanceEvacuateNotSupported', code: 400 },
    });
  }
  refuseVolumes(devicesArg(args, 'bdms'));
  if (op.instance.get('task_state') === 'rebuild_spawning') return;
  if ((await op.parts.containers.state(mainKey(op))) !== undefined) {
    throw new ServiceError(
      'Conflict',
      'A container of this server stands on this host already. Remove it, or evacuate the server to another host.',
      { nova: { name: 'InstanceExists', code: 409, kwargs: { name } } },
    );
  }
}

/** The image comes before anything of the server is touched: until its ports are bound here it could as well be left. */
async function bringHere(op: InstanceOperation, migration: Migration): Promise<void> {
  const { parts, request, instance } = op;
  if (migration.get('status') === 'failed') throw interruptedOnTheWayBack();
  const injectedFiles = readInjectedFiles(request.args);
  const hint = groupHint(request.args, {});
  await inGroupsTurn(op, hint, async () => {
    await checkGroupPolicy(op, hint);
    await claim(op, migration);
  });
  const image = await parts.library.show(instance.get('image_ref') ?? '', request.context);
  const settings = remakeSettings(op, image.properties);
  const local = await parts.images.ensure(image, request.context, op.signal);
  await save(op, { task_state: 'rebuild_spawning' }, ['rebuilding', 'rebuild_spawning']);
  const runs = staysOn(op);
  const plugged = await plug(op, await parts.networks.bind(networkSubject(op), providerMapping(request.args)));
  try {
    const { vifs } = plugged;
    const adminPassword = optionalStringArg(request.args, 'new_pass');
    await remake(op, { image: local, properties: image.properties, vifs, injectedFiles, adminPassword });
    if (runs) await untilWired(op, plugged);
  } finally {
    plugged.wait.cancel();
  }
  const powerState = runs ? (await startNew(op, settings))?.powerState : POWER_STATE.SHUTDOWN;
  await save(op, arrived(op, runs, powerState ?? POWER_STATE.NOSTATE), ['rebuild_spawning']);
}

/**
 * nova/compute/resource_tracker.py _move_claim, release 26. Nova-api sends word of the ports to both hosts of a migration
 * that the row's context names.
 */
async function claim(op: InstanceOperation, migration: Migration): Promise<void> {
  const { host, node } = op.parts.settings;
  const context = create('MigrationContext', {
    ...{ instance_uuid: op.instance.get('uuid'), migration_id: migration.get('id') },
    ...{ old_numa_topology: null, new_numa_topology: null, old_pci_devices: null, new_pci_devices: null },
    ...{ old_pci_requests: null, new_pci_requests: null, old_resources: null, new_resources: null },
  });
  const row = { migration_context: context, power_state: await powerOf(op) };
  await save(op, row, ['rebuilding', 'rebuild_spawning']);
  await saveMigration(op, migration, { dest_compute: host, dest_node: node, status: 'pre-migrating' });
  op.parts.node.usageChanged();
}

/** What the request says, from Nova 2023.1 on (RPC 6.2, compute API 2.95), else as it was. */
function staysOn(op: InstanceOperation): boolean {
  const target = optionalStringArg(op.request.args, 'target_state');
  return (target ?? op.instance.get('vm_state')) !== 'stopped';
}

function arrived(op: InstanceOperation, runs: boolean, powerState: PowerState): InstanceChanges {
  const { host, node } = op.parts.settings;
  const drive = wantsDrive(op) ? { config_drive: 'True' } : {};
  return {
    ...{ host, node, migration_context: null, progress: 0 },
    ...{ vm_state: runs ? 'active' : 'stopped', task_state: null, power_state: powerState },
    ...{ launched_at: op.parts.now(), ...drive },
  };
}

/** A server whose group does not want it here stays what it was, so that it can be evacuated to another host. */
async function endFailed(op: InstanceOperation, migration: Migration, error: unknown): Promise<void> {
  op.log.warn('A server could not be evacuated to this host', { reason: messageOf(error) });
  const name = novaNameOf(error);
  // What stands here then was not made by this request.
  if (name === 'InstanceExists') await giveClaimBack(op, migration);
  else await giveBack(op, migration);
  if (isGone(error) || isStateConflict(error)) return;
  op.instance.resetChanges();
  const state = name === 'GroupAffinityViolation' ? {} : { vm_state: 'error' };
  try {
    await save(op, { migration_context: null, ...state });
  } catch (second) {
    if (!isGone(second)) throw second;
  }
}

async function giveBack(op: InstanceOperation, migration: Migration): Promise<void> {
  // Said first: whoever is interrupted here goes on giving back.
  await sayFailed(op, migration);
  await insist(op, 'Removing what a server that was not evacuated has here', () => leaveNothing(op));
  await giveClaimBack(op, migration);
  // Last: who gives them what they ask for is found by what the server holds, which is of the dead host only by now.
  if (op.instance.get('task_state') === 'rebuild_spawning') await givePortsBack(op, migration);
}

/** To the dead host: its agent takes them when it is back. */
async function givePortsBack(op: InstanceOperation, migration: Migration): Promise<void> {
  const { networks } = op.parts;
  // Also for a server that is being deleted: its ports may be its user's.
  const subject = networkSubject(op, op.request.signal);
  try {
    await insist(op, 'Binding ports to the host that they came from', () =>
      networks.bindTo(subject, migration.get('source_compute') ?? ''),
    );
  } catch (error) {
    if (op.request.signal.aborted) throw error;
    if (isGone(error)) return;
    op.log.error('Ports stay bound to this host, where their server is not', { reason: messageOf(error) });
  }
}

async function giveClaimBack(op: InstanceOperation, migration: Migration): Promise<void> {
  await sayFailed(op, migration);
  await insist(op, 'Giving back what an evacuation held', () =>
    op.parts.allocations.removeFrom(op.instance.get('uuid'), op.parts.node.uuid()),
  );
  op.parts.node.usageChanged();
}

/** The record goes with a server that its user deletes. */
async function sayFailed(op: InstanceOperation, migration: Migration): Promise<void> {
  if (migration.get('status') === 'failed') return;
  try {
    await saveMigration(op, migration, { status: 'failed' });
  } catch (error) {
    if (novaNameOf(error) !== 'MigrationNotFound') throw error;
  }
}

function interruptedOnTheWayBack(): ServiceError {
  return new ServiceError('Internal', 'The evacuation failed, and the service was restarted while it was given up.');
}
