import { dehydrate, NovaObject } from '../objects/index.js';

type Args = Readonly<Record<string, unknown>>;

/** Arguments of RPC methods that are plain values and hold no secret in any release. */
const TELLABLE: ReadonlySet<string> = new Set([
  'address',
  'attachment_id',
  'backup_type',
  'block_migration',
  'clean_shutdown',
  'console_type',
  'dest',
  'destroy_disks',
  'device',
  'device_type',
  'disk_bus',
  'disk_over_commit',
  'enabled',
  'host',
  'image_id',
  'image_ref',
  'migration_id',
  'mode',
  'multiattach',
  'network_id',
  'new_attachment_id',
  'new_volume_id',
  'node',
  'nodename',
  'old_volume_id',
  'on_shared_storage',
  'orig_image_ref',
  'port',
  'port_id',
  'preserve_ephemeral',
  'reboot_type',
  'recreate',
  'reimage_boot_volume',
  'requested_ip',
  'rescue_image_ref',
  'rotation',
  'scheduled_node',
  'security_groups',
  'snapshot_id',
  'tag',
  'tail_length',
  'target_power_state',
  'target_state',
  'volume_id',
]);

/** Fields of objects that are plain values and hold no secret; of any other object only its id and uuid. */
const TELLABLE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Instance: [
    ...['id', 'uuid', 'user_id', 'project_id', 'display_name', 'display_description', 'hostname', 'reservation_id'],
    ...['image_ref', 'kernel_id', 'ramdisk_id', 'launch_index', 'key_name', 'instance_type_id', 'memory_mb', 'vcpus'],
    ...['root_gb', 'ephemeral_gb', 'host', 'node', 'launched_on', 'availability_zone', 'cell_name', 'os_type'],
    ...['architecture', 'vm_mode', 'vm_state', 'task_state', 'power_state', 'progress', 'locked', 'locked_by'],
    ...['root_device_name', 'config_drive', 'access_ip_v4', 'access_ip_v6', 'auto_disk_config', 'cleaned', 'hidden'],
    ...['created_at', 'updated_at', 'launched_at', 'terminated_at', 'deleted_at', 'deleted'],
  ],
  Migration: [
    ...['id', 'uuid', 'instance_uuid', 'status', 'migration_type', 'source_compute', 'source_node', 'dest_compute'],
    ...['dest_node', 'dest_host', 'old_instance_type_id', 'new_instance_type_id', 'cross_cell_move', 'hidden'],
    ...['created_at', 'updated_at'],
  ],
  Flavor: ['id', 'flavorid', 'name', 'memory_mb', 'vcpus', 'root_gb', 'ephemeral_gb', 'swap', 'disabled', 'is_public'],
  InstanceExternalEvent: ['instance_uuid', 'name', 'status', 'tag'],
  BlockDeviceMapping: ['id', 'uuid', 'instance_uuid', 'volume_id', 'device_name', 'boot_index', 'source_type', 'tag'],
};

const ID_FIELDS: readonly string[] = ['id', 'uuid'];
const HIDDEN = '***';

function tellObject(object: NovaObject): Args {
  const wanted = TELLABLE_FIELDS[object.name] ?? ID_FIELDS;
  const found = wanted.map((field) => [field, object.peekUntyped(field)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function tell(name: string, value: unknown): unknown {
  if (value instanceof NovaObject) return tellObject(value as NovaObject);
  if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof NovaObject)) {
    return value.map((item) => tellObject(item as NovaObject));
  }
  const isHarmless = value === null || value === undefined || (TELLABLE.has(name) && isHarmlessValue(value));
  return isHarmless ? (value ?? null) : HIDDEN;
}

function isHarmlessValue(value: unknown): boolean {
  return isPlain(value) || (Array.isArray(value) && value.every(isPlain));
}

/**
 * The arguments of a failed request for everybody who reads notifications. Upstream tells all of them but those whose
 * names contain `_pass` (nova/exception_wrapper.py, release 26), among them user data, files, the cells' database
 * passwords and the user's token; here only what is known to be harmless is told. Times are written as upstream does.
 */
export function tellableArgs(args: Args): Args {
  const told = Object.entries(args).filter(([name]) => !name.includes('_pass'));
  return dehydrate(Object.fromEntries(told.map(([name, value]) => [name, tell(name, value)]))) as Args;
}
