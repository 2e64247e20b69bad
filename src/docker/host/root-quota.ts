import { observed } from '../../observe/calls.js';
import { mountOf } from './mounts.js';
import type { HostSystem } from './system.js';

/** Storage drivers that keep each container in a file system of its own (daemon/graphdriver/*, Engine 20.10). */
const OWN_FILE_SYSTEM: ReadonlySet<string> = new Set(['btrfs', 'zfs', 'devicemapper']);

/**
 * Whether the engine can bound a container's writable layer (`StorageOpt size`): drivers with file systems of their own
 * can, overlay2 only on XFS that is mounted with project quotas.
 */
export async function canLimitRoot(driver: string, folder: string, system: HostSystem): Promise<boolean> {
  if (OWN_FILE_SYSTEM.has(driver)) return true;
  if (driver !== 'overlay2') return false;
  return observed(system.observer, { system: 'host', name: 'mounts' }, async () => {
    const mount = mountOf(await system.readText('/proc/self/mountinfo'), folder);
    return mount?.type === 'xfs' && mount.options.some((option) => option === 'prjquota' || option === 'pquota');
  });
}
