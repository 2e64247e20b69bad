import { BadArchive } from './bad.js';

export const BLOCK_BYTES = 512;

/** What an entry of a tar archive is, as far as anybody here minds. */
export type EntryKind = 'file' | 'old-sparse' | 'link' | 'symlink' | 'directory' | 'device' | 'other';

/** One header block, as it stands there: what an extended header says of the entry is not in it yet. */
export interface RawHeader {
  readonly type: string;
  readonly name: string;
  readonly linkName: string;
  /** Bytes of body that follow. */
  readonly sizeBytes: number;
  /** GNU's old sparse format: the size of the file with its holes; null in every other header. */
  readonly sparseBytes: number | null;
  /** GNU's old sparse format: another block of the map follows. */
  readonly isExtended: boolean;
}

const KINDS: Readonly<Record<string, EntryKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'old-sparse',
  '1': 'link',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'device',
};

/** Fifos count as devices: neither holds data. */
export function kindOfEntry({ type, name }: Pick<RawHeader, 'type' | 'name'>): EntryKind {
  const kind = KINDS[type] ?? 'other';
  return kind === 'file' && name.endsWith('/') ? 'directory' : kind;
}

/** Reads a header block (POSIX ustar and GNU tar); undefined for a block of zeros, which ends an archive. */
export function readHeader(block: Buffer): RawHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (!checksumFits(block)) throw broken('a header has another checksum than it says');
  const type = block.toString('latin1', 156, 157);
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    type,
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(block, 157, 100),
    sizeBytes: number(block, 124, 12),
    sparseBytes: type === 'S' ? number(block, 483, 12) : null,
    isExtended: type === 'S' && block[482] !== 0,
  };
}

/** The records of an extended header of POSIX (`pax`): `LENGTH KEY=VALUE\n`, the length counting itself. */
export function readPax(body: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const length = space === -1 ? 0 : Number(body.toString('latin1', at, space));
    if (!Number.isInteger(length) || length < 5 || at + length > body.length) throw broken('an extended header is');
    const record = body.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals < 1) throw broken('an extended header is');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** A size out of an extended header; undefined when it says none. */
export function paxSize(records: ReadonlyMap<string, string>, ...keys: readonly string[]): number | undefined {
  const said = keys.map((key) => records.get(key)).find((value) => value !== undefined);
  if (said === undefined) return undefined;
  const size = /^\d+$/.test(said) ? Number(said) : NaN;
  if (!Number.isSafeInteger(size)) throw broken('an extended header names an impossible size');
  return size;
}

export function broken(how: string): BadArchive {
  return new BadArchive(`its tar archive is broken: ${how}`);
}

/** The sum of all bytes, the checksum's own taken as spaces; some old programs added signed bytes. */
function checksumFits(block: Buffer): boolean {
  const said = number(block, 148, 8);
  let [unsigned, signed] = [0, 0];
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const counted = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += counted;
    signed += counted > 127 ? counted - 256 : counted;
  }
  return said === unsigned || said === signed;
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** Octal digits, or (GNU) the bytes of a large number after a first byte with the highest bit set. */
function number(block: Buffer, at: number, length: number): number {
  const field = block.subarray(at, at + length);
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) return binary(field, first);
  const digits = field.toString('latin1').replaceAll(/[\0 ]/g, ' ').trim();
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw broken('a header holds something else where a number should be');
  return parseInt(digits, 8);
}

function binary(field: Buffer, first: number): number {
  let value = first & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  // A number below zero has its second highest bit set, too, and so is far too large here.
  if (!Number.isSafeInteger(value)) throw broken('a header names an impossible size');
  return value;
}
