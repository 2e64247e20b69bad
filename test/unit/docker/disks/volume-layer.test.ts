import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar-stream';
import { isEphemeralLayer, writeVolumeLayer, type VolumeAt } from '../../../../src/docker/disks/volume-layer.js';
import { unobserved } from '../../../../src/observe/calls.js';
import { NOTHING_SAID } from './headers.js';

const how = { kind: 'volumes' as const, observer: unobserved, signal: new AbortController().signal };

function at(source: string, path: string, parents: readonly string[] = []): VolumeAt {
  const headers = parents.map((one) => [one, { ...NOTHING_SAID, name: one, mode: 0o711 }] as const);
  return { source, at: { path, parents: new Map(headers) } };
}

async function names(file: string): Promise<readonly string[]> {
  const reader = extract();
  reader.end(await readFile(file));
  const found: string[] = [];
  for await (const entry of reader) {
    found.push(entry.header.name);
    entry.resume();
  }
  return found;
}

describe('docker/disks/volume-layer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'volume-layer-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('holds the data below their place, which hides what lower layers have there, and the folders above', async () => {
    // Letters that mean something to sed and to regular expressions.
    const source = join(folder, 'a.b,c*[d]&');
    await mkdir(join(source, 'deep'), { recursive: true });
    await writeFile(join(source, 'deep', 'file'), 'precious');
    await writeFile(join(source, '.wh.odd'), 'would delete "odd"');
    await writeVolumeLayer([at(source, '/var/lib/d&ta', ['/var', '/var/lib'])], join(folder, 'out.tar'), how);
    deepEqual(await names(join(folder, 'out.tar')), [
      'var/',
      'var/lib/',
      'var/lib/d&ta/.wh..wh..opq',
      'var/lib/d&ta/',
      'var/lib/d&ta/deep/',
      'var/lib/d&ta/deep/file',
    ]);
  });

  it('names no path twice when one volume is mounted in another: the engine takes no such layer', async () => {
    for (const [name, inner] of [['outer', 'inner/mounted'] as const, ['second', 'x'] as const]) {
      await mkdir(join(folder, name, inner), { recursive: true });
    }
    await writeFile(join(folder, 'outer', 'inner', 'mounted', 'shadowed'), '');
    await writeFile(join(folder, 'second', 'seen'), '');
    const volumes = [
      at(join(folder, 'outer'), '/data'),
      at(join(folder, 'second'), '/data/inner/mounted', ['/data', '/data/inner']),
    ];
    await writeVolumeLayer(volumes, join(folder, 'out.tar'), how);
    const found = await names(join(folder, 'out.tar'));
    equal(new Set(found).size, found.length, found.join(' '));
    deepEqual(found.filter((name) => !name.includes('.wh.')).toSorted(), [
      'data/',
      'data/inner/',
      'data/inner/mounted/',
      'data/inner/mounted/seen',
      'data/inner/mounted/x/',
    ]);
  });

  it('does not fill the disk of the host with the holes of a file', async () => {
    const source = join(folder, 'source');
    await mkdir(source);
    await writeFile(join(source, 'holes'), '');
    await truncate(join(source, 'holes'), 64 * 1024 * 1024);
    const file = join(folder, 'out.tar');
    const narrow = { ...how, freeBytes: () => Promise.resolve(1024 * 1024) };
    await rejects(writeVolumeLayer([at(source, '/data')], file, narrow), /larger than this host has room for/);
    deepEqual((await readdir(folder)).toSorted(), ['out.tar.part', 'source']);
    const { size } = await stat(`${file}.part`);
    equal(size <= 1024 * 1024, true, String(size));
  });

  it('of ephemeral disks is known by its first bytes', async () => {
    const [source, file] = [join(folder, 'source'), join(folder, 'out.tar')];
    await mkdir(source);
    for (const [kind, parents] of [
      ['ephemeral', []],
      ['ephemeral', ['/mnt']],
      ['volumes', []],
    ] as const) {
      await writeVolumeLayer([at(source, '/mnt/disk', parents)], file, { ...how, kind });
      equal(isEphemeralLayer(await readFile(file)), kind === 'ephemeral');
    }
    equal(isEphemeralLayer(Buffer.from('too short')), false);
  });

  it('leaves no file that looks whole when the data can not be read', async () => {
    const file = join(folder, 'out.tar');
    await rejects(writeVolumeLayer([at(join(folder, 'missing'), '/data')], file, how), { kind: 'Unavailable' });
    deepEqual(await readdir(folder), ['out.tar.part']);
  });
});
