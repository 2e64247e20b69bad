import type { ActionFacts } from '../compute/ports/notifications.js';
import type { RequestContext } from '../observe/context.js';
import {
  create,
  type BlockDeviceMapping,
  type Flavor,
  type Instance,
  type NovaObject,
  type Vif,
} from '../objects/index.js';
import { ACTIONS, type ActionPayloadName } from './actions.js';
import { columnsOf, type Columns } from './instance-columns.js';

/** InstancePayload.SCHEMA of nova/notifications/objects/instance.py, release 26. */
const COLUMNS: Columns = {
  uuid: 'uuid',
  user_id: 'user_id',
  tenant_id: 'project_id',
  reservation_id: 'reservation_id',
  display_name: 'display_name',
  display_description: 'display_description',
  host_name: 'hostname',
  host: 'host',
  node: 'node',
  os_type: 'os_type',
  architecture: 'architecture',
  availability_zone: 'availability_zone',
  image_uuid: 'image_ref',
  key_name: 'key_name',
  kernel_id: 'kernel_id',
  ramdisk_id: 'ramdisk_id',
  created_at: 'created_at',
  launched_at: 'launched_at',
  terminated_at: 'terminated_at',
  deleted_at: 'deleted_at',
  updated_at: 'updated_at',
  state: 'vm_state',
  task_state: 'task_state',
  progress: 'progress',
};

/** Words for nova.compute.power_state, by number (InstancePowerState of nova/objects/fields.py). */
const POWER_STATES: readonly string[] = [
  'pending',
  'running',
  '_unused',
  'paused',
  'shutdown',
  '_unused',
  'crashed',
  'suspended',
];

/** What an instance's versioned payload says besides the instance. */
export interface PayloadFacts {
  readonly context: RequestContext;
  /** Null: not asked for. */
  readonly blockDevices: readonly BlockDeviceMapping[] | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly instanceName: string | null;
}

/** FlavorPayload of nova/notifications/objects/flavor.py: what the instance's flavor lacks is null. */
function flavorPayload(flavor: Flavor): NovaObject<'FlavorPayload'> {
  return create('FlavorPayload', {
    flavorid: flavor.get('flavorid'),
    memory_mb: flavor.get('memory_mb'),
    vcpus: flavor.get('vcpus'),
    root_gb: flavor.get('root_gb'),
    ephemeral_gb: flavor.get('ephemeral_gb'),
    name: flavor.get('name') ?? '',
    swap: flavor.get('swap'),
    rxtx_factor: flavor.peek('rxtx_factor') ?? null,
    vcpu_weight: flavor.peek('vcpu_weight') ?? null,
    disabled: flavor.peek('disabled') ?? false,
    is_public: flavor.peek('is_public') ?? true,
    extra_specs: flavor.peek('extra_specs') ?? null,
    projects: flavor.peek('projects') ?? null,
    description: flavor.peek('description') ?? null,
  });
}

function texts(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));
}

function ipPayloads(vifs: readonly Vif[]): NovaObject<'IpPayload'>[] {
  return vifs.flatMap((vif) => {
    const ips = vif.network?.subnets.flatMap((subnet) => subnet.ips) ?? [];
    return ips.map((ip) =>
      create('IpPayload', {
        label: vif.network?.label ?? '',
        mac: vif.address ?? '',
        meta: texts(vif.meta),
        port_uuid: vif.id,
        version: ip.version ?? 4,
        address: ip.address ?? '',
        device_name: vif.devname,
      }),
    );
  });
}

/** Volumes only, as upstream. */
function blockDevicePayloads(devices: readonly BlockDeviceMapping[]): NovaObject<'BlockDevicePayload'>[] {
  return devices.flatMap((device) => {
    const volumeId = device.peek('volume_id');
    if (!volumeId) return [];
    return create('BlockDevicePayload', {
      device_name: device.peek('device_name') ?? null,
      boot_index: device.peek('boot_index') ?? null,
      delete_on_termination: device.peek('delete_on_termination') ?? false,
      volume_id: volumeId,
      tag: device.peek('tag') ?? null,
    });
  });
}

function powerStateWord(instance: Instance): string | null {
  const state = instance.peek('power_state') ?? null;
  return state === null ? null : (POWER_STATES[state] ?? 'pending');
}

function initiator(context: RequestContext): object {
  const { userId, projectId, requestId } = context;
  return {
    action_initiator_user: userId,
    action_initiator_project: projectId,
    // Periodic work has no request that anybody could look up.
    request_id: userId !== null && projectId !== null ? requestId : null,
  };
}

/** InstancePayload: the base of all payloads about an instance. Needs its flavor and network cache. */
function instanceFields(instance: Instance, { context, blockDevices }: PayloadFacts): object {
  return {
    ...columnsOf(instance, COLUMNS),
    ...initiator(context),
    power_state: powerStateWord(instance),
    auto_disk_config: instance.peek('auto_disk_config') ? 'AUTO' : 'MANUAL',
    locked: instance.peek('locked') ?? false,
    locked_reason: instance.peek('system_metadata')?.['locked_reason'] ?? null,
    metadata: texts(instance.peek('metadata') ?? {}),
    flavor: flavorPayload(instance.get('flavor')),
    ip_addresses: ipPayloads(instance.get('info_cache')?.get('network_info') ?? []),
    block_devices: blockDevices === null ? null : blockDevicePayloads(blockDevices),
  };
}

function trustedCertificates(instance: Instance): readonly string[] | null {
  return instance.get('trusted_certs')?.get('ids') ?? null;
}

function createFields(instance: Instance, facts: PayloadFacts): object {
  return {
    keypairs: instance
      .get('keypairs')
      .get('objects')
      .map((pair) =>
        create('KeypairPayload', {
          user_id: pair.peek('user_id') ?? null,
          name: pair.get('name'),
          public_key: pair.peek('public_key') ?? null,
          fingerprint: pair.peek('fingerprint') ?? null,
          type: pair.get('type'),
        }),
      ),
    tags: instance
      .get('tags')
      .get('objects')
      .map((tag) => tag.get('tag')),
    trusted_image_certificates: trustedCertificates(instance),
    instance_name: facts.instanceName,
  };
}

/** The fields that only this action's payload has. */
function ownFields(action: ActionFacts, instance: Instance, facts: PayloadFacts): object {
  switch (action.action) {
    case 'create':
      return createFields(instance, facts);
    case 'rebuild':
      return { trusted_image_certificates: trustedCertificates(instance) };
    case 'rescue':
      return { rescue_image_ref: action.rescueImageRef };
    case 'snapshot':
      return { snapshot_image_id: action.snapshotImageId };
    case 'resize_prep':
      return { new_flavor: flavorPayload(action.newFlavor) };
    case 'volume_attach':
    case 'volume_detach':
      return { volume_id: action.volumeId };
    case 'volume_swap':
      return { old_volume_id: action.oldVolumeId, new_volume_id: action.newVolumeId };
    default:
      return {};
  }
}

/** What an instance has to have loaded for the payload of this action. */
export function neededFields(action: ActionFacts['action']): readonly ('keypairs' | 'tags' | 'trusted_certs')[] {
  if (action === 'create') return ['keypairs', 'tags', 'trusted_certs'];
  return action === 'rebuild' ? ['trusted_certs'] : [];
}

/** Payload of a versioned notification about an action, at the version of the oldest release served. */
export function actionPayload(
  action: ActionFacts,
  instance: Instance,
  facts: PayloadFacts,
): NovaObject<ActionPayloadName> {
  const fields = { ...instanceFields(instance, facts), fault: facts.fault, ...ownFields(action, instance, facts) };
  return unchanged(create<ActionPayloadName>(ACTIONS[action.action].payload, fields));
}

/** Payload of `instance.exists`. */
export function existsPayload(
  instance: Instance,
  period: { readonly begin: Date; readonly end: Date },
  facts: PayloadFacts,
): NovaObject<'InstanceExistsPayload'> {
  const auditPeriod = create('AuditPeriodPayload', {
    audit_period_beginning: period.begin,
    audit_period_ending: period.end,
  });
  return unchanged(create('InstanceExistsPayload', { ...instanceFields(instance, facts), audit_period: auditPeriod }));
}

/** A notification tells what is, not what changed. */
function unchanged<T extends NovaObject>(payload: T): T {
  payload.resetChanges();
  return payload;
}
