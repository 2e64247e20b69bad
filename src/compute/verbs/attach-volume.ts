import { ServiceError } from '../../errors/kinds.js';
import { optionalObjectArg } from '../arguments.js';
import type { InstanceOperation } from '../operation.js';

/**
 * Refuses a volume that nova-api has reserved without asking this host (for a server that had none then): the row that says
 * it is attached goes, as after any attachment that failed (nova/compute/manager.py attach_volume, release 26).
 */
export function refuseAttachment(text: string): (op: InstanceOperation) => Promise<never> {
  return async (op) => {
    const device = optionalObjectArg(op.request.args, 'bdm', 'BlockDeviceMapping');
    if (device !== null) await op.conductor.blockDevices.destroy(device);
    throw new ServiceError('Unsupported', text, {
      nova: { name: 'InvalidVolume', code: 400, kwargs: { reason: text } },
    });
  };
}
