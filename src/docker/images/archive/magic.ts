/** What data are, told by their first bytes. */
export type DataKind = 'tar' | Compression | 'empty' | { readonly other: string };

/** What data can be compressed with, so that they are unpacked here. */
export type Compression = 'gzip' | 'xz' | 'zstd';

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
  ['\x7fELF', 0, 'a program'],
  ['\x55\xaa', 510, 'a raw disk image'],
];

const COMPRESSIONS: readonly (readonly [mark: string, compression: Compression])[] = [
  ['\x1f\x8b', 'gzip'],
  ['\xfd7zXZ\0', 'xz'],
  ['(\xb5/\xfd', 'zstd'],
];

/** Tells what data are. `head`: their first HEAD_BYTES, or all when they are fewer. */
export function kindOfData(head: Buffer): DataKind {
  if (head.length === 0) return 'empty';
  for (const [mark, compression] of COMPRESSIONS) if (startsWith(head, mark)) return compression;
  if (head.subarray(257, 262).toString('latin1') === 'ustar') return 'tar';
  for (const [mark, offset, what] of MARKS) {
    if (startsWith(head.subarray(offset), mark)) return { other: what };
  }
  return { other: UNKNOWN };
}

function startsWith(bytes: Buffer, mark: string): boolean {
  return bytes.subarray(0, mark.length).toString('latin1') === mark;
}
