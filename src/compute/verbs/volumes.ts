import { ServiceError } from '../../errors/kinds.js';
import { isObject, type BlockDeviceMapping } from '../../objects/index.js';
import { optionalObjectArg } from '../arguments.js';
import { eventually } from '../insist.js';
import type { Args, InstanceOperation } from '../operation.js';

export const NO_VOLUMES = 'This host runs instances as containers and attaches no volumes.';

/** The block devices that a request has under this key; none when it has no list of them. */
export function devicesArg(args: Args, key: string): readonly BlockDeviceMapping[] {
  const value = args[key];
  return isObject(value, 'BlockDeviceMappingList') ? value.get('objects') : [];
}

/** A server with volumes is not made here, since it would have to do without them. Nothing is touched. */
export function refuseVolumes(devices: readonly BlockDeviceMapping[]): void {
  if (!devices.some(isVolume)) return;
  throw new ServiceError('Unsupported', `${NO_VOLUMES} A server is made of an image here, without block devices.`, {
    nova: { name: 'BuildAbortException', code: 500 },
  });
}

/**
 * Gives back what nova-api has reserved in Cinder for a server (nova/compute/manager.py _shutdown_instance and
 * _cleanup_volumes, release 26): otherwise nobody could use these volumes any more. Never throws. The volumes themselves
 * stay: they hold somebody's data, and have never been on this host.
 */
export async function releaseVolumes(op: InstanceOperation, devices: readonly BlockDeviceMapping[]): Promise<void> {
  const attachments = devices.filter(isVolume).flatMap((device) => device.peek('attachment_id') ?? []);
  const release = (id: string): Promise<void> => op.parts.volumes.release(id, op.request.context);
  await Promise.all(attachments.map((id) => eventually(op, 'Giving back a volume', () => release(id))));
}

function isVolume(device: BlockDeviceMapping): boolean {
  return device.peek('destination_type') === 'volume';
}

/**
 * Refuses a volume that nova-api has reserved without asking this host (for a server that had none then): the attachment
 * goes, and the row that says so, as after any attachment that failed (nova/compute/manager.py attach_volume, release 26).
 */
export async function refuseAttachment(op: InstanceOperation): Promise<never> {
  const device = optionalObjectArg(op.request.args, 'bdm', 'BlockDeviceMapping');
  if (device !== null) {
    await releaseVolumes(op, [device]);
    await op.conductor.blockDevices.destroy(device);
  }
  throw new ServiceError('Unsupported', NO_VOLUMES, {
    nova: { name: 'InvalidVolume', code: 400, kwargs: { reason: NO_VOLUMES } },
  });
}
