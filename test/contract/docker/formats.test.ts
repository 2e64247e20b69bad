import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { ImageFacts } from '../../../src/compute/ports/images.js';
import { inspectImage } from '../../../src/docker/engine/images.js';
import { dockerItems, ociItems, tarOf, type Item } from '../../fixtures/archives.js';
import { CONTEXT, allImages, busyboxImage, failsAs, openBench, testSocket, type Bench } from './bench.js';

const run = promisify(execFile);

/** What a program writes to its standard output, given this input. */
async function through(program: string, args: readonly string[], input: Buffer): Promise<Buffer> {
  const running = run(program, args, { encoding: 'buffer', maxBuffer: 2 ** 30 });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

describe('formats of images on a real engine', function () {
  let bench: Bench;
  let folder: string;

  before(async () => {
    bench = openBench(testSocket());
    await bench.told(({ type }) => type === 'engine-back');
    folder = await mkdtemp(join(tmpdir(), 'formats-'));
    for (const name of ['bin', 'sbin', 'etc', 'var', 'var/log'])
      await mkdir(join(folder, 'root', name), { recursive: true });
    await copyFile('/bin/busybox', join(folder, 'root/bin/busybox'));
    for (const name of ['sh', 'sleep', 'cat']) await symlink('busybox', join(folder, 'root/bin', name));
    await symlink('../bin/busybox', join(folder, 'root/sbin/init'));
    await writeFile(join(folder, 'root/etc/motd'), 'a root file system');
  });
  after(async () => {
    await bench.end();
    await rm(folder, { recursive: true, force: true });
  });

  const ensure = (facts: ImageFacts): ReturnType<Bench['images']['ensure']> =>
    bench.images.ensure(facts, CONTEXT, bench.signal);

  const packed = async (...options: readonly string[]): Promise<Buffer> => {
    const words = [...options, '-C', join(folder, 'root'), '-cf', '-', '.'];
    return (await run('tar', words, { encoding: 'buffer', maxBuffer: 2 ** 30 })).stdout;
  };

  const compressions: [string, (data: Buffer) => Promise<Buffer> | Buffer][] = [
    ['plain', (data) => data],
    ['gzip', (data) => gzipSync(data)],
    ['xz', (data) => through('xz', ['-c', '-0'], data)],
    ['zstd', (data) => through('zstd', ['-c', '-1', '-q'], data)],
  ];
  for (const [name, compress] of compressions) {
    it(`makes an image of a root file system, ${name}`, async () => {
      const local = await ensure(bench.source.put(await compress(await packed())));
      deepEqual(local.defaults, { entrypoint: [], command: ['/sbin/init'], labels: {}, variables: [], volumes: [] });
      const { RepoTags: tags, RootFS: root } = await inspectImage(bench.engine, local.reference);
      deepEqual([tags, root.Layers?.length], [[local.reference], 1]);
      const plan = bench.plan({ reference: local.reference, defaults: { command: ['/sbin/init'] } });
      await bench.containers.create(plan, bench.signal);
      await bench.containers.start(plan.key);
    });

    it(`loads docker and OCI archives, ${name}`, async () => {
      const image = await busyboxImage({ Labels: { with: name } });
      for (const items of [dockerItems(image, ['ubuntu:latest']), ociItems(image, 'ubuntu:latest')]) {
        const local = await ensure(bench.source.put(await compress(await tarOf(items))));
        equal(local.defaults.labels['with'], name);
      }
    });
  }

  it('gives the same file system, links and all, however GNU tar has packed it', async () => {
    await writeFile(join(folder, 'root/var/log/lastlog'), 'x');
    await truncate(join(folder, 'root/var/log/lastlog'), 64 * 1024 * 1024);
    const layers = new Set<string>();
    const ways = [['--format=gnu'], ['--format=posix'], ['--format=ustar'], ['--format=posix', '--sparse']];
    for (const options of ways) {
      const data = await packed(...options);
      ok(!options.includes('--sparse') || data.length < 16 * 1024 * 1024);
      const local = await ensure(bench.source.put(data));
      ok(local.sizeBytes > 64 * 1024 * 1024, 'holes are written as zeros');
      layers.add(local.reference);
    }
    equal(layers.size, ways.length);
    const old = ensure(bench.source.put(await packed('--format=gnu', '--sparse')));
    await rejects(old, failsAs('Invalid', /sparse files .* --format=posix/, 'ImageUnacceptable'));
  });

  it('says what is wrong with a root file system, and leaves no trace of it', async () => {
    const small = openBench(testSocket(), { maxImageBytes: 32 * 1024 * 1024 });
    try {
      const before = (await allImages(bench.engine)).length;
      const good = await packed('--exclude=./var');
      const bad = (items: readonly Item[]): Promise<Buffer> => tarOf([{ name: 'bin/x', data: 'x' }, ...items]);
      const init: Item = { name: 'sbin/init', data: 'x' };
      const xz = await through('xz', ['-c', '-0'], good);
      const zstd = await through('zstd', ['-c', '-1', '-q'], good);
      const torn = (data: Buffer): Buffer => data.subarray(0, data.length / 2);
      const rows: [Buffer, RegExp][] = [
        [await bad([]), /no \/sbin\/init.*docker_command/],
        [await bad([init, { name: '../../tmp/stolen', data: 'x' }]), /leads out of it/],
        // What only the engine knows: it follows links where they would be.
        [await bad([init, { name: 'l', type: 'link', linkname: 'no/such' }]), /container engine can't load it/],
        [torn(good), /ends in the middle/],
        [torn(gzipSync(good)), /gzip compression is broken/],
        [torn(xz), /xz compression is broken/],
        [torn(zstd), /zstd compression is broken/],
        [await packed('--format=posix', '--sparse'), /larger than this host takes/],
        [await through('xz', ['-c', '-0'], await bad([init, { name: 'z', data: Buffer.alloc(2 ** 25) }])), /larger/],
        [await through('xz', ['-c', '--lzma2=preset=0,dict=512MiB'], good), /compression is broken.*[Mm]emory/],
      ];
      for (const [data, text] of rows) {
        const facts = { ...small.source.put(data), sizeBytes: null };
        const refused = failsAs('Invalid', text, 'ImageUnacceptable');
        await rejects(small.images.ensure(facts, CONTEXT, small.signal), refused, String(text));
      }
      const wrong = { ...small.source.put(good), hashValue: 'f'.repeat(128) };
      await rejects(
        small.images.ensure(wrong, CONTEXT, small.signal),
        failsAs('Invalid', /do not match/, 'ImageUnacceptable'),
      );
      equal((await allImages(bench.engine)).length, before);
    } finally {
      await small.end();
    }
  });
});
