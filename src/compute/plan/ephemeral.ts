import type { BlockDeviceMapping, Flavor } from '../../objects/index.js';
import type { InstanceOperation } from '../operation.js';
import type { EphemeralDisk } from '../ports/containers.js';

/**
 * The ephemeral disks of a server: those that were asked for, each a block device, else one where the flavor has any
 * (nova/virt/libvirt/blockinfo.py get_default_ephemeral_info, release 26). Pure.
 */
export function ephemeralDisks(
  flavor: Flavor,
  devices: readonly BlockDeviceMapping[],
  contents: EphemeralDisk = 'blank',
): readonly EphemeralDisk[] {
  if (flavor.get('ephemeral_gb') === 0) return [];
  const count = Math.max(1, devices.filter(isEphemeral).length);
  return Array.from({ length: count }, () => contents);
}

/** The same of a server that there is; without any nobody is asked. */
export async function ephemeralDisksOf(
  op: Pick<InstanceOperation, 'conductor' | 'instance'>,
  flavor: Flavor,
  contents: EphemeralDisk = 'blank',
): Promise<readonly EphemeralDisk[]> {
  if (flavor.get('ephemeral_gb') === 0) return [];
  return ephemeralDisks(flavor, await op.conductor.blockDevices.ofInstance(op.instance.get('uuid')), contents);
}

/** What a new flavor has to have at least: a disk is not made smaller (libvirt driver, migrate_disk_and_power_off). Pure. */
export function ephemeralGbInUse(flavor: Flavor, devices: readonly BlockDeviceMapping[]): number {
  const asked = devices.filter(isEphemeral).reduce((sum, device) => sum + (device.peek('volume_size') ?? 0), 0);
  return asked || flavor.get('ephemeral_gb');
}

/** nova/block_device.py new_format_is_ephemeral, release 26. */
function isEphemeral(device: BlockDeviceMapping): boolean {
  const isBlank = device.peek('source_type') === 'blank' && device.peek('destination_type') === 'local';
  return isBlank && device.peek('guest_format') !== 'swap';
}
