/** What data are, told by their first bytes. */
export type DataKind = 'tar' | 'gzip' | 'empty' | { readonly other: string };

export const UNKNOWN = 'of an unknown kind';

/** Enough for every mark below. */
export const HEAD_BYTES = 33 * 1024;

/** Mark, where it stands, and what to call what has it. */
const MARKS: readonly (readonly [mark: string, offset: number, what: string])[] = [
  ['QFI\xfb', 0, 'a qcow2 disk image'],
  ['QED\0', 0, 'a QED disk image'],
  ['KDMV', 0, 'a VMDK disk image'],
  ['# Disk DescriptorFile', 0, 'a VMDK descriptor'],
  ['conectix', 0, 'a VHD disk image'],
  ['vhdxfile', 0, 'a VHDX disk image'],
  ['CD001', 32769, 'an ISO 9660 image'],
  ['LUKS\xba\xbe', 0, 'an encrypted disk (LUKS)'],
  ['hsqs', 0, 'a squashfs image'],
  ['\x53\xef', 1080, 'an ext file system'],
  ['PK\x03\x04', 0, 'a zip archive'],
  ['BZh', 0, 'data compressed with bzip2'],
  ['\xfd7zXZ\0', 0, 'data compressed with xz'],
  ['(\xb5/\xfd', 0, 'data compressed with zstd'],
  ['\x7fELF', 0, 'a program'],
  ['\x55\xaa', 510, 'a raw disk image'],
];

/** Tells what data are. `head`: their first HEAD_BYTES, or all when they are fewer. */
export function kindOfData(head: Buffer): DataKind {
  if (head.length === 0) return 'empty';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.subarray(257, 262).toString('latin1') === 'ustar') return 'tar';
  for (const [mark, offset, what] of MARKS) {
    if (head.subarray(offset, offset + mark.length).toString('latin1') === mark) return { other: what };
  }
  return { other: UNKNOWN };
}
