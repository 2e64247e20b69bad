import { BadSetting } from '../bad-setting.js';
import { BYTES, single } from '../setting.js';
import { readBoolean, readBytes, readGuestPath } from '../values.js';

/** A file system in memory; what is in it counts as the container's memory. */
export interface Tmpfs {
  readonly path: string;
  readonly sizeBytes: number;
  /** Further mount options, as the kernel has them. */
  readonly options: readonly string[];
}

export const fileSettings = {
  tmpfs: single(readTmpfs, {
    measure: { unit: BYTES, of: (mounts) => mounts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
    names: (mounts) => mounts.map(({ path }) => path),
  }),
  read_only: single(readBoolean),
  shm_size: single(readBytes, { measure: { unit: BYTES, of: (bytes) => bytes } }),
};

/** Where nothing may be mounted: it is the kernel's or this service's, or would hide the container's own root. */
const TAKEN = /^\/(?:(?:proc|sys|dev|config-drive)(?:\/|$)|$)/;

/** Left to the kernel it would be half of the host's memory. */
const UNSAID_BYTES = 64 * 2 ** 20;

const OPTION = /^(?:mode=[0-7]{3,4}|uid=\d+|gid=\d+|nr_inodes=\d+[kmg]?|exec|noexec)$/;

/** Docker's own form, several with spaces between: `/run:size=16m,mode=755 /tmp`. */
function readTmpfs(text: string): readonly Tmpfs[] {
  const mounts = text.split(/\s+/).filter((one) => one !== '');
  const read = mounts.map(readOne);
  if (new Set(read.map(({ path }) => path)).size < read.length) throw new BadSetting('a path stands twice');
  return read;
}

function readOne(text: string): Tmpfs {
  const colon = text.indexOf(':');
  const path = readGuestPath(colon < 0 ? text : text.slice(0, colon));
  if (path.includes(',')) throw new BadSetting('several are divided by spaces');
  if (TAKEN.test(path)) throw new BadSetting('nothing can be mounted at /, /proc, /sys, /dev and /config-drive');
  const given =
    colon < 0
      ? []
      : text
          .slice(colon + 1)
          .split(',')
          .filter((option) => option !== '');
  const size = given.find((option) => option.startsWith('size='));
  const options = given.filter((option) => option !== size);
  if (!options.every((option) => OPTION.test(option))) {
    throw new BadSetting('expected /path:options, the options size, mode, uid, gid, nr_inodes, exec and noexec');
  }
  return { path, sizeBytes: size === undefined ? UNSAID_BYTES : readSize(size.slice('size='.length)), options };
}

/** The kernel takes 0 for no limit at all (mm/shmem.c), which every `max` would let pass. */
function readSize(text: string): number {
  const bytes = readBytes(text);
  if (bytes === 0) throw new BadSetting('a size is more than 0');
  return bytes;
}
