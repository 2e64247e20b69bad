import { join } from 'node:path';
import type { GuestFile } from '../../compute/ports/containers.js';
import { observed } from '../../observe/calls.js';
import type { HostSystem } from './system.js';

/** Of lxcfs' files those that the OCI runtime lets be mounted in /proc (runc, libcontainer/rootfs_linux.go). */
const FILES: ReadonlySet<string> = new Set(['cpuinfo', 'diskstats', 'loadavg', 'meminfo', 'stat', 'swaps', 'uptime']);

/**
 * What lxcfs tells a container about itself instead of about the host, so that `uptime`, `free` and programs that count
 * CPUs see the instance. [] where lxcfs does not run (its folder is there, and empty, when it was stopped).
 */
export async function lxcfsFiles(folder: string, system: HostSystem): Promise<readonly GuestFile[]> {
  if (folder === '') return [];
  return observed(system.observer, { system: 'host', name: 'lxcfs' }, async () => {
    const names = (await listed(join(folder, 'proc'), system)).filter((name) => FILES.has(name));
    const online = (await listed(join(folder, ONLINE_IN), system)).filter((name) => name === 'online');
    return [
      ...names.map((name) => file(folder, `/proc/${name}`)),
      ...online.map((name) => file(folder, `/${ONLINE_IN}/${name}`)),
    ];
  });
}

const ONLINE_IN = 'sys/devices/system/cpu';

function file(folder: string, path: string): GuestFile {
  return { hostPath: join(folder, path), guestPath: path, readOnly: true };
}

/** A file system whose program died can't be read; then there is nothing to mount. lxcfs 5 names `online` twice. */
async function listed(folder: string, system: HostSystem): Promise<readonly string[]> {
  try {
    return [...new Set(await system.list(folder))].toSorted();
  } catch {
    return [];
  }
}
