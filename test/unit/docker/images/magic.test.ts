import { deepEqual, rejects } from 'node:assert/strict';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { kindOfData } from '../../../../src/docker/images/archive/magic.js';
import { openArchive } from '../../../../src/docker/images/archive/unpacked.js';
import { tarOf } from '../../../fixtures/archives.js';
import { LIMITS } from './rewriting.js';

function at(offset: number, mark: string): Buffer {
  return Buffer.concat([Buffer.alloc(offset), Buffer.from(mark, 'latin1'), Buffer.alloc(40_000)]);
}

async function drain(data: Buffer): Promise<number> {
  let length = 0;
  const { tar } = await openArchive(Readable.from([data]), LIMITS);
  for await (const chunk of tar) length += chunk.length;
  return length;
}

describe('docker/images/archive: what data are', () => {
  const rows: [Buffer, string][] = [
    [at(0, 'QFI\xfb'), 'a qcow2 disk image'],
    [at(0, 'KDMV'), 'a VMDK disk image'],
    [at(0, 'vhdxfile'), 'a VHDX disk image'],
    [at(32769, 'CD001'), 'an ISO 9660 image'],
    [at(510, '\x55\xaa'), 'a raw disk image'],
    [at(1080, '\x53\xef'), 'an ext file system'],
    [at(0, 'hsqs'), 'a squashfs image'],
    [at(0, 'BZh9'), 'data compressed with bzip2'],
    [at(0, 'PK\x03\x04'), 'a zip archive'],
    [Buffer.from('hello'), 'of an unknown kind'],
  ];
  for (const [data, what] of rows) {
    it(`knows ${what}`, async () => {
      deepEqual(kindOfData(data), { other: what });
      await rejects(drain(data), new RegExp(what));
      await rejects(drain(gzipSync(data)), new RegExp(`inside of gzip, .*${what}`));
    });
  }

  it('knows nothing, what it unpacks, and tar', async () => {
    deepEqual(kindOfData(Buffer.alloc(0)), 'empty');
    deepEqual(kindOfData(gzipSync('x')), 'gzip');
    deepEqual(kindOfData(at(0, '\xfd7zXZ\0')), 'xz');
    deepEqual(kindOfData(at(0, '(\xb5/\xfd')), 'zstd');
    deepEqual(kindOfData(await tarOf([{ name: 'a' }])), 'tar');
    await rejects(drain(Buffer.alloc(0)), /data are empty/);
    await rejects(drain(gzipSync(gzipSync(Buffer.alloc(5)))), /compressed a second time/);
  });
});
