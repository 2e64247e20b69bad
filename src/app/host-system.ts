import { readdir, readFile, realpath, stat, statfs } from 'node:fs/promises';
import type { HostSystem } from '../docker/host/system.js';
import type { CallObserver } from '../observe/calls.js';

/** This machine. */
export function hostSystem(observer: CallObserver): HostSystem {
  return {
    deviceOf: async (path, what) => {
      const { dev, rdev } = await stat(path);
      return deviceNumber(what === 'device' ? rdev : dev);
    },
    readText: (path) => readFile(path, 'utf8'),
    realPath: (path) => realpath(path),
    list: (path) => readdir(path),
    observer,
  };
}

/** Free bytes on the file system of a folder, for those who are not root. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The C library packs both numbers into one (glibc sysmacros.h): 12 bits of the major, 20 of the minor. */
function deviceNumber(device: number): string {
  return `${(device >> 8) & 0xfff}:${(device & 0xff) | ((device >> 12) & 0xfff00)}`;
}
