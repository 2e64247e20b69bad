import { refuse } from '../verbs/unsupported.js';
import { NO_VOLUMES, refuseAttachment } from '../verbs/volumes.js';
import { changing, onHost, type InstanceRoute, type Route, type RouteTable } from './route.js';

function volume(method: string, special: Partial<InstanceRoute> = {}): Route {
  return changing(method, refuse(NO_VOLUMES), { revertsTask: false, ...special });
}

/** Volumes and shares: there is nothing yet that could attach one. */
export const volumeRoutes: RouteTable = {
  reserve_block_device_name: volume('reserve_block_device_name', {
    event: null,
    revertsTask: true,
    // nova-api asks this first and makes a 400 of it; anything else would be a 500.
    run: refuse(`Invalid volume: ${NO_VOLUMES}`, { name: 'InvalidVolume', code: 400, kwargs: { reason: NO_VOLUMES } }),
  }),
  attach_volume: volume('attach_volume', { run: refuseAttachment }),
  detach_volume: volume('detach_volume'),
  swap_volume: volume('swap_volume'),
  extend_volume: volume('extend_volume'),
  remove_volume_connection: onHost(refuse(NO_VOLUMES)),
  volume_snapshot_create: onHost(refuse(NO_VOLUMES)),
  volume_snapshot_delete: onHost(refuse(NO_VOLUMES)),
  allow_share: volume('allow_share'),
  deny_share: volume('deny_share'),
};
