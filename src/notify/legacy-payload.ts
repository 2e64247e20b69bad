import type { InstanceNotification, UsageNotification } from '../compute/ports/notifications.js';
import type { Flavor, Instance, Vif } from '../objects/index.js';
import type { Period } from './audit-period.js';
import { faultInfo } from './exception.js';
import type { ImageUrl } from './image-url.js';
import { columnsOf, type Columns } from './instance-columns.js';
import { pythonStr } from './python-text.js';

type LegacyPayload = Readonly<Record<string, unknown>>;

const COLUMNS: Columns = {
  tenant_id: 'project_id',
  user_id: 'user_id',
  instance_id: 'uuid',
  display_name: 'display_name',
  reservation_id: 'reservation_id',
  hostname: 'hostname',
  instance_type_id: 'instance_type_id',
  architecture: 'architecture',
  host: 'host',
  node: 'node',
  availability_zone: 'availability_zone',
  os_type: 'os_type',
  kernel_id: 'kernel_id',
  ramdisk_id: 'ramdisk_id',
  state: 'vm_state',
  access_ip_v4: 'access_ip_v4',
  access_ip_v6: 'access_ip_v6',
};

/** nova.utils.strtime: `2026-11-22T18:16:56.262000`; empty for no time. */
function time(value: Date | null | undefined): string {
  return value ? value.toISOString().replace('Z', '000') : '';
}

/** `str()` of a time with zone; of none it is `None`. */
function timeWithZone(value: Date | null | undefined): string {
  return value ? `${pythonStr(value)}+00:00` : 'None';
}

/** Properties of the image that the instance was made of (nova/notifications/base.py, image_meta). */
function imageMeta(systemMetadata: Readonly<Record<string, string | null>>): LegacyPayload {
  const entries = Object.entries(systemMetadata).filter(([key]) => key.startsWith('image_'));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice('image_'.length), value]));
}

function flavorInfo(flavor: Flavor): LegacyPayload {
  const [rootGb, ephemeralGb] = [flavor.get('root_gb'), flavor.get('ephemeral_gb')];
  return {
    instance_type: flavor.get('name') ?? '',
    instance_flavor_id: flavor.get('flavorid'),
    memory_mb: flavor.get('memory_mb'),
    disk_gb: rootGb + ephemeralGb,
    vcpus: flavor.get('vcpus'),
    root_gb: rootGb,
    ephemeral_gb: ephemeralGb,
  };
}

function timesAndState(instance: Instance): LegacyPayload {
  return {
    created_at: timeWithZone(instance.peek('created_at')),
    terminated_at: time(instance.peek('terminated_at')),
    deleted_at: time(instance.peek('deleted_at')),
    launched_at: time(instance.peek('launched_at')),
    state_description: instance.peek('task_state') ?? '',
    // 0 is told as an empty text: upstream tests for truth.
    progress: instance.peek('progress') || '',
    cell_name: instance.peek('cell_name') ?? '',
  };
}

/** Addresses of the instance's ports, each with its network's name and the port's MAC. */
function fixedIps(vifs: readonly Vif[]): readonly LegacyPayload[] {
  return vifs.flatMap((vif) => {
    const ips = vif.network?.subnets.flatMap((subnet) => subnet.ips) ?? [];
    return ips.map((ip) => ({ ...ip, label: vif.network?.label ?? null, vif_mac: vif.address }));
  });
}

/** What every unversioned notification says of an instance (nova/notifications/base.py, info_from_instance, release 26). */
function instanceInfo(instance: Instance, imageRefUrl: string | null): LegacyPayload {
  return {
    ...columnsOf(instance, COLUMNS),
    ...flavorInfo(instance.get('flavor')),
    ...timesAndState(instance),
    image_ref_url: imageRefUrl,
    image_meta: imageMeta(instance.peek('system_metadata') ?? {}),
    metadata: instance.peek('metadata') ?? {},
  };
}

/** Payload of an unversioned notification about an action (nova/compute/utils.py notify_about_instance_usage, release 26). */
export function actionInfo(
  { context, extra = {}, error }: Pick<InstanceNotification, 'context' | 'extra' | 'error'>,
  instance: Instance,
  { listsIps, imageUrl }: { readonly listsIps: boolean; readonly imageUrl: ImageUrl },
): LegacyPayload {
  const vifs = listsIps ? (instance.get('info_cache')?.get('network_info') ?? []) : [];
  return {
    ...instanceInfo(instance, imageUrl(instance.peek('image_ref') ?? null, context)),
    ...(listsIps && { fixed_ips: fixedIps(vifs) }),
    ...extra,
    ...(error !== undefined && faultInfo(error)),
  };
}

/** Payload of `compute.instance.exists` (notify_usage_exists ibidem). */
export function usageInfo(
  { context, extra = {}, systemMetadata }: UsageNotification,
  instance: Instance,
  { period, imageUrl }: { readonly period: Period; readonly imageUrl: ImageUrl },
): LegacyPayload {
  return {
    ...instanceInfo(instance, imageUrl(instance.peek('image_ref') ?? null, context)),
    audit_period_beginning: pythonStr(period.begin),
    audit_period_ending: pythonStr(period.end),
    image_meta: imageMeta(systemMetadata ?? instance.get('system_metadata')),
    ...extra,
  };
}
