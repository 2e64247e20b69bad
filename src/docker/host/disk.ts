import { dirname } from 'node:path';
import { observed } from '../../observe/calls.js';
import { mountOf } from './mounts.js';
import type { HostSystem } from './system.js';

/**
 * The whole disk that a folder is on, as `/dev/sda`: the kernel limits the use of whole disks, and refuses partitions
 * (block/blk-cgroup.c). null where there is no such disk: network file systems, file systems in memory.
 */
export async function diskUnder(folder: string, system: HostSystem): Promise<string | null> {
  return observed(system.observer, { system: 'host', name: 'disk' }, async () => {
    try {
      const number = await system.deviceOf(folder, 'file-system');
      return await wholeDisk(number.startsWith('0:') ? await deviceOfMount(folder, system) : number, system);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES';
}

async function wholeDisk(number: string, system: HostSystem): Promise<string | null> {
  const device = await system.realPath(`/sys/dev/block/${number}`);
  const isPartition = (await system.list(device)).includes('partition');
  const uevent = await system.readText(`${isPartition ? dirname(device) : device}/uevent`);
  const name = /^DEVNAME=(.+)$/m.exec(uevent)?.[1];
  return name === undefined ? null : `/dev/${name}`;
}

/** btrfs and its like have device numbers of their own; the table of mounts tells what they are made on. */
async function deviceOfMount(folder: string, system: HostSystem): Promise<string> {
  const mount = mountOf(await system.readText('/proc/self/mountinfo'), folder);
  return mount?.source.startsWith('/dev/') === true ? system.deviceOf(mount.source, 'device') : '0:0';
}
