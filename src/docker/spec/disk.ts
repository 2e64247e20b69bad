import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { HostConfig } from '../engine/wire.js';
import type { Fragment } from './fragment.js';
import { notOnThisHost, type SpecHost } from './host.js';

/**
 * How much it may read and write of the disk that holds the engine's data. A limit on the total is not to be had, so it
 * bounds reading and writing, each.
 */
export function disk({ settings }: ContainerPlan, host: SpecHost): Fragment {
  const rates: readonly (readonly [keyof HostConfig, number | undefined])[] = [
    ['BlkioDeviceReadBps', settings.disk_read_bytes_sec ?? settings.disk_total_bytes_sec],
    ['BlkioDeviceWriteBps', settings.disk_write_bytes_sec ?? settings.disk_total_bytes_sec],
    ['BlkioDeviceReadIOps', settings.disk_read_iops_sec ?? settings.disk_total_iops_sec],
    ['BlkioDeviceWriteIOps', settings.disk_write_iops_sec ?? settings.disk_total_iops_sec],
  ];
  const said = rates.filter(([, rate]) => rate !== undefined);
  if (said.length > 0 && host.disk === null) {
    throw notOnThisHost(
      "its flavor limits the use of the disk, and the engine's data are on no disk of their own here",
    );
  }
  return { HostConfig: Object.fromEntries(said.map(([option, Rate]) => [option, [{ Path: host.disk, Rate }]])) };
}
