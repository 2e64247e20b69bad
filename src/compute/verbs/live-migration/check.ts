import { ServiceError } from '../../../errors/kinds.js';
import { create, isObject, type NovaObject, type Vif } from '../../../objects/index.js';
import { objectArg } from '../../arguments.js';
import { checkGroupPolicy } from '../../group-policy.js';
import { guestState, mainKey, vanished } from '../../guest.js';
import { instanceFacts } from '../../instance-facts.js';
import { networkSubject } from '../../network-subject.js';
import type { InstanceOperation } from '../../operation.js';
import { instanceSettings } from '../../plan/instance-settings.js';
import type { CheckpointAbility } from '../../ports/checkpoints.js';
import { POWER_STATE } from '../../ports/containers.js';
import { refuseVolumes } from '../volumes.js';
import { abilityArg, obstacles } from './ability.js';
import { onCurrentRow } from './migration.js';
import { preCheckError, refused } from './refused.js';

const MIB = 1024 * 1024;

/**
 * What hosts and conductor tell each other of a live migration. None of Nova's is a container's, and conductor takes no
 * other (nova/objects/migrate_data.py, release 26): this one says the least of a hypervisor.
 */
export type MigrateData = NovaObject<'HyperVLiveMigrateData'>;

/**
 * Whether a server of another host could go on running here (nova/compute/manager.py check_can_live_migrate_destination,
 * release 26). Touches nothing. Throws MigrationPreCheckError with what speaks against it.
 */
export async function checkDestination(op: InstanceOperation): Promise<MigrateData> {
  try {
    const ability = await op.parts.checkpoints.ability(op.signal);
    // Conductor's has no flavor.
    const now = await onCurrentRow(op);
    if (now === undefined) throw new ServiceError('NotFound', 'The server is being deleted.');
    await checkHere(now);
    const vifs = await op.parts.networks.recorded(networkSubject(now));
    return await askSource(now, ability, migrateData(vifs));
  } catch (error) {
    throw refused(error);
  }
}

/** What has to be so at every step before its processes are frozen. */
export async function checkHere(op: InstanceOperation): Promise<void> {
  const { conductor, containers, cpus, policy, settings } = { ...op.parts, conductor: op.conductor };
  const { instance } = op;
  const facts = instanceFacts(instance, settings);
  const { values } = instanceSettings(facts, policy);
  refuseVolumes(await conductor.blockDevices.ofInstance(facts.uuid));
  await checkGroupPolicy(op, undefined);
  if ((await containers.state(mainKey(op))) !== undefined) {
    throw new ServiceError('Conflict', 'A container of this server stands on the host already. Remove it there.');
  }
  if (values.cpu_policy === 'dedicated') await cpus.choose(facts.uuid, facts.flavor.vcpus);
}

/** Conductor puts into `vifs` what it has bound for this host (nova/compute/manager.py, as above). */
function migrateData(vifs: readonly Vif[]): MigrateData {
  return create('HyperVLiveMigrateData', {
    ...{ is_shared_instance_path: false, is_volume_backed: false, wait_for_vif_plugged: false },
    old_vol_attachment_ids: {},
    vifs: vifs.map((vif) => create('VIFMigrateData', { port_id: vif.id, source_vif: vif })),
  });
}

async function askSource(op: InstanceOperation, ability: CheckpointAbility, data: MigrateData): Promise<MigrateData> {
  const answer = await op.conductor.peers.call({
    host: op.instance.get('host') ?? '',
    method: 'check_can_live_migrate_source',
    args: { instance: op.instance, dest_check_data: data, ability },
  });
  if (isObject(answer, 'HyperVLiveMigrateData')) return answer;
  throw preCheckError('The host that the server is on is not one of this service.');
}

/** Whether a server of this host can be frozen, and taken up where it is to go (check_can_live_migrate_source). */
export async function checkSource(op: InstanceOperation): Promise<MigrateData> {
  try {
    const data = objectArg(op.request.args, 'dest_check_data', 'HyperVLiveMigrateData');
    const found = obstacles(await op.parts.checkpoints.ability(op.signal), abilityArg(op.request.args));
    if (found.length > 0) throw preCheckError(`The server could not go on running on that host: ${found.join('; ')}.`);
    await checkRuns(op);
    return data;
  } catch (error) {
    throw refused(error);
  }
}

async function checkRuns(op: InstanceOperation): Promise<void> {
  const state = await guestState(op);
  if (state === undefined) throw vanished();
  if (state.powerState !== POWER_STATE.RUNNING) {
    const what =
      state.powerState === POWER_STATE.PAUSED ? 'is paused; unpause it first' : 'does not run; migrate it cold';
    throw new ServiceError('Conflict', `The server ${what}.`);
  }
  const { memoryBytes } = await op.parts.containers.usage(mainKey(op));
  const limitBytes = op.parts.settings.liveMigrationMemoryBytes;
  if (memoryBytes <= limitBytes) return;
  const [used, limit] = [Math.ceil(memoryBytes / MIB), Math.floor(limitBytes / MIB)];
  throw new ServiceError(
    'Invalid',
    `The server uses ${used} MiB of memory, and would stand still for too long: [docker] live_migration_max_memory_mb of its host is ${limit} MiB.`,
  );
}
