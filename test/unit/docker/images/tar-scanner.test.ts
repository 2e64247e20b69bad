import { deepEqual, equal, throws } from 'node:assert/strict';
import fc from 'fast-check';
import { TarScanner, type ScannedEntry } from '../../../../src/docker/images/archive/tar-scanner.js';
import { tarOf } from '../../../fixtures/archives.js';
import { unfit } from './rewriting.js';

interface Scanned {
  readonly entries: ScannedEntry[];
  readonly heads: Map<string, string>;
}

function scan(data: Buffer, pieceBytes = data.length): Scanned {
  const entries: ScannedEntry[] = [];
  const heads = new Map<string, string>();
  const scanner = new TarScanner({
    entry: (entry) => entries.push(entry),
    head: ({ path }, bytes) => heads.set(path, bytes.toString('latin1')),
  });
  for (let at = 0; at < data.length; at += pieceBytes) scanner.take(data.subarray(at, at + pieceBytes));
  scanner.end();
  return { entries, heads };
}

/** A header block with these fields; its checksum is right. */
function header(type: string, fields: readonly (readonly [at: number, text: string])[]): Buffer {
  const block = Buffer.alloc(512);
  for (const [at, text] of [[156, type], [257, 'ustar\0'], ...fields] as const) block.write(text, at, 'latin1');
  block.write(' '.repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const octal = (value: number): string => value.toString(8).padStart(11, '0');
const END = Buffer.alloc(1024);

function pax(records: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    Object.entries(records)
      .map(([key, value]) => {
        const bare = ` ${key}=${value}\n`.length;
        const length = bare + String(bare + String(bare).length).length;
        return `${length} ${key}=${value}\n`;
      })
      .join(''),
  );
  const size = Math.ceil(body.length / 512) * 512;
  return Buffer.concat([
    header('x', [
      [0, 'pax'],
      [124, octal(body.length)],
    ]),
    body,
    Buffer.alloc(size - body.length),
  ]);
}

describe('docker/images/archive: scanning a tar archive', () => {
  it('finds every entry and the beginning of every file, in pieces of any size', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,150}$/), fc.uint8Array({ maxLength: 1500 })), { maxLength: 6 }),
        fc.integer({ min: 1, max: 2000 }),
        async (files, pieceBytes) => {
          const items = files.map(([name, data], index) => ({ name: `${index}/${name}`, data: Buffer.from(data) }));
          const { entries, heads } = scan(await tarOf(items), pieceBytes);
          deepEqual(
            entries.map(({ path, kind, storedBytes, expandedBytes }) => [path, kind, storedBytes, expandedBytes]),
            items.map(({ name, data }) => [name, 'file', data.length, data.length]),
          );
          const full = items.filter(({ data }) => data.length > 0);
          deepEqual(
            [...heads],
            full.map(({ name, data }) => [name, data.toString('latin1', 0, 20)]),
          );
        },
      ),
      { numRuns: 60 },
    ));

  it('tells what entries are, and where links point', async () => {
    const long = 'a/'.repeat(120);
    const { entries } = scan(
      await tarOf([
        { name: 'etc/', type: 'directory' },
        { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
        { name: 'b', type: 'link', linkname: `${long}c` },
        { name: 'null', type: 'character-device' },
      ]),
    );
    deepEqual(
      entries.map(({ path, kind, linkPath }) => [path, kind, linkPath]),
      [
        ['etc/', 'directory', ''],
        ['bin', 'symlink', 'usr/bin'],
        ['b', 'link', `${long}c`],
        ['null', 'device', ''],
      ],
    );
  });

  it("reads GNU's long names and large numbers", () => {
    const name = `${'n'.repeat(300)}\0`;
    const block = Buffer.concat([Buffer.from(name), Buffer.alloc(1024 - name.length)]).subarray(0, 512);
    const large = Buffer.alloc(12);
    large[0] = 0x80;
    large.writeUInt32BE(2, 4);
    const data = Buffer.concat([
      header('L', [
        [0, '././@LongLink'],
        [124, octal(name.length)],
      ]),
      block,
      header('0', [
        [0, 'short'],
        [124, large.toString('latin1')],
      ]),
    ]);
    const entries: ScannedEntry[] = [];
    new TarScanner({ entry: (entry) => entries.push(entry) }).take(data);
    deepEqual(
      entries.map(({ path, storedBytes }) => [path.length, storedBytes]),
      [[300, 2 * 2 ** 32]],
    );
  });

  it('counts the holes of sparse files, in every format that GNU tar has written them', () => {
    const size = 2 ** 33;
    const old = header('S', [
      [0, 'old'],
      [124, octal(512)],
      [482, '\x01'],
      [483, octal(size)],
    ]);
    const map = Buffer.alloc(512);
    map[504] = 1;
    const body = Buffer.alloc(512, 1);
    const file = header('0', [
      [0, 'file'],
      [124, octal(512)],
    ]);
    const data = Buffer.concat([
      ...[old, map, Buffer.alloc(512), body],
      ...[pax({ 'GNU.sparse.size': String(size) }), file, body],
      ...[pax({ 'GNU.sparse.realsize': String(size), 'GNU.sparse.name': 'new' }), file, body],
      ...[file, body, END],
    ]);
    const { entries } = scan(data, 100);
    deepEqual(
      entries.map(({ path, kind, expandedBytes, storedBytes }) => [path, kind, expandedBytes, storedBytes]),
      [
        ['old', 'old-sparse', size, 512],
        ['file', 'file', size, 512],
        ['new', 'file', size, 512],
        ['file', 'file', 512, 512],
      ],
    );
  });

  it('refuses what is broken or lies', async () => {
    const good = await tarOf([{ name: 'file', data: 'x'.repeat(2000) }]);
    const flipped = Buffer.from(good);
    flipped[3] = 0x40;
    const rows: [Buffer, RegExp][] = [
      [flipped, /another checksum/],
      [good.subarray(0, 1000), /ends in the middle/],
      [good.subarray(0, 300), /ends in the middle/],
      [
        header('0', [
          [0, 'a'],
          [124, 'not a number'],
        ]),
        /where a number should be/,
      ],
      [
        header('0', [
          [0, 'a'],
          [124, '\xff'.repeat(12)],
        ]),
        /impossible size/,
      ],
      [Buffer.concat([pax({ size: '-5' }), header('0', [[0, 'a']])]), /impossible size/],
      [Buffer.concat([pax({ size: '9'.repeat(20) }), header('0', [[0, 'a']])]), /impossible size/],
      [header('x', [[124, octal(2 ** 30)]]), /extended header is too large/],
      [Buffer.concat([header('x', [[124, octal(9)]]), Buffer.alloc(512, 'z')]), /an extended header is/],
    ];
    for (const [data, text] of rows) throws(() => scan(data), unfit(text), String(text));
  });

  it('reads nothing behind the end', async () => {
    const twice = Buffer.concat([await tarOf([{ name: 'a' }]), Buffer.from('rubbish')]);
    equal(scan(twice).entries.length, 1);
    equal(scan(Buffer.alloc(1024)).entries.length, 0);
  });
});
