import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { ImageFacts } from '../../../src/compute/ports/images.js';
import { inspectImage, loadImage, removeImage } from '../../../src/docker/engine/images.js';
import {
  docker25Items,
  dockerItems,
  ociItems,
  sha256,
  tarOf,
  type ImageContent,
  type Item,
} from '../../fixtures/archives.js';
import {
  CONTEXT,
  allImages,
  busyboxImage,
  failsAs,
  imageTags,
  openBench,
  pieces,
  testSocket,
  type Bench,
} from './bench.js';

const run = promisify(execFile);

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((give) => {
    resolve = give;
  });
  return { promise, resolve };
}

describe('images on a real engine', function () {
  let bench: Bench;
  let image: ImageContent;

  before(async () => {
    bench = openBench(testSocket());
    image = await busyboxImage({ Labels: { 'org.openstack.nova.host': 'stolen', vendor: 'x' } });
    await bench.told(({ type }) => type === 'engine-back');
  });
  after(() => bench.end());

  const ensure = (facts: ImageFacts, signal = bench.signal): ReturnType<Bench['images']['ensure']> =>
    bench.images.ensure(facts, CONTEXT, signal);

  /** Everything that the engine has of images, to compare before and after. */
  async function inventory(): Promise<readonly string[]> {
    return (await allImages(bench.engine)).map((item) => JSON.stringify(item)).sort();
  }

  async function boots(reference: string): Promise<void> {
    const plan = bench.plan({ reference });
    await bench.containers.create(plan, bench.signal);
    await bench.containers.start(plan.key);
    equal((await bench.containers.state(plan.key))?.status, 'running');
    await bench.containers.remove(plan.key);
  }

  const layouts: [string, (content: ImageContent, tags: readonly string[]) => Item[]][] = [
    ['docker save of Engine 20.10', dockerItems],
    ['docker save of Engine 25', docker25Items],
    ['an OCI layout', (content, tags) => ociItems(content, tags[0] ?? '')],
  ];
  for (const [what, layout] of layouts) {
    for (const reversed of [false, true]) {
      it(`loads ${what}${reversed ? ', its manifest first' : ''}, and boots from it`, async () => {
        const items = layout(image, ['ubuntu:latest']);
        const data = await tarOf(reversed ? items.reverse() : items);
        const local = await ensure(bench.source.put(data));
        const { RootFS: root, RepoTags: tags } = await inspectImage(bench.engine, local.reference);
        deepEqual(
          root.Layers,
          image.layers.map((layer) => `sha256:${sha256(layer)}`),
        );
        equal((await imageTags(bench.engine)).includes('ubuntu:latest'), false);
        ok(tags.every((tag) => tag.startsWith('nova-image/') && !tag.includes(':loading-')));
        deepEqual(local.defaults, {
          entrypoint: [],
          command: ['/bin/sleep', '1000'],
          labels: { 'org.openstack.nova.host': 'stolen', vendor: 'x' },
          variables: ['PATH'],
          volumes: [],
        });
        await boots(local.reference);
      });
    }
  }

  it('loads what the engine itself saves, and what skopeo makes of it, plain and compressed', async () => {
    const first = await ensure(bench.source.put(await tarOf(dockerItems(image, []))));
    const folder = await mkdtemp(join(tmpdir(), 'images-'));
    try {
      const saved = await bench.engine.short('image.save', async (dial) => {
        const chunks: Buffer[] = [];
        const path = `/images/${first.reference}/get`;
        for await (const chunk of await dial({ method: 'GET', path })) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks);
      });
      await writeFile(join(folder, 'docker.tar'), saved);
      const [from, to] = [`docker-archive:${folder}/docker.tar`, `oci-archive:${folder}/oci.tar:ubuntu:latest`];
      await run('skopeo', ['--insecure-policy', 'copy', from, to]);
      for (const data of [saved, gzipSync(saved), await readFile(join(folder, 'oci.tar'))]) {
        await boots((await ensure(bench.source.put(data))).reference);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('knows it the next time: with one call, then with none, until its name is taken away', async () => {
    const facts = bench.source.put(await tarOf(dockerItems(image, [])));
    const { reference } = await ensure(facts);
    const calls = async (): Promise<readonly string[]> => {
      const before = bench.calls.length;
      await ensure(facts);
      return bench.calls.slice(before);
    };
    const downloads = bench.source.downloads;
    // The engine tells of the load itself, a little later.
    while ((await calls()).length > 0) await pause(10);
    deepEqual(await calls(), []);
    equal(bench.source.downloads, downloads);
    const removed = heard(({ Action: action }) => action === 'untag' || action === 'delete');
    await removeImage(bench.engine, reference);
    await removed;
    await ensure(facts);
    equal(bench.source.downloads, downloads + 1);
  });

  function heard(fits: (message: { Action?: string }) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const stop = bench.stream.listen((news) => {
        if (news.type !== 'message' || !fits(news.message)) return;
        stop();
        resolve();
      });
    });
  }

  it('leaves no trace of data that do not match their hash', async () => {
    const data = await tarOf(dockerItems(image, ['ubuntu:latest']));
    const facts = { ...bench.source.put(data), hashValue: 'f'.repeat(128) };
    const before = await inventory();
    const refused = failsAs('Invalid', /do not match the sha512 that Glance keeps/, 'ImageUnacceptable');
    await rejects(ensure(facts), refused);
    const old = { ...facts, hashAlgo: null, hashValue: null, checksum: 'f'.repeat(32) };
    await rejects(ensure(old), failsAs('Invalid', /do not match the md5/, 'ImageUnacceptable'));
    deepEqual(await inventory(), before);
  });

  it('leaves no trace of what is no image, and of what the engine refuses', async () => {
    const before = await inventory();
    const bad = { ...image, layers: [Buffer.from('no tar at all, but as long as its hash is right')] };
    // Its header promises more than comes.
    const torn = {
      ...image,
      layers: [(await tarOf([{ name: `x${Date.now()}`, data: 'y'.repeat(5000) }])).subarray(0, 700)],
    };
    const unacceptable = (text: RegExp): ReturnType<typeof failsAs> => failsAs('Invalid', text, 'ImageUnacceptable');
    const rows: [Buffer, RegExp][] = [
      [await tarOf(dockerItems(bad, [])), /layer .* is no tar archive/],
      [await tarOf(dockerItems(torn, [])), /in its layer .* ends in the middle/],
      [Buffer.from(`QFI\xfb${'\0'.repeat(5000)}`, 'latin1'), /qcow2 disk image/],
      [(await tarOf(dockerItems(image, []))).subarray(0, 100_000), /broken/],
      [await tarOf([{ name: '../../../../tmp/stolen', data: 'x' }]), /leads out of it/],
    ];
    for (const [data, text] of rows) await rejects(ensure(bench.source.put(data)), unacceptable(text));
    deepEqual(await inventory(), before);
  });

  it('does not trust what an earlier try left behind under its staging name', async () => {
    const data = await tarOf(dockerItems(image, []));
    const facts = bench.source.put(data);
    const staging = `nova-image/${facts.id}:loading-sha512-${(facts.hashValue ?? '').slice(0, 32)}`;
    const left = { layers: image.layers, config: { Cmd: ['/bin/false'] } };
    const archive = Readable.from(pieces(await tarOf(dockerItems(left, [staging]))), { objectMode: false });
    await loadImage(bench.engine, archive, bench.signal);
    deepEqual((await ensure(facts)).defaults.command, ['/bin/sleep', '1000']);
    equal((await imageTags(bench.engine)).includes(staging), false);
  });

  it('never takes a name that the host has, at any moment', async () => {
    const mine = 'ubuntu:contract';
    const host = { layers: image.layers, config: { Cmd: ['/bin/true'] } };
    const archive = Readable.from(pieces(await tarOf(dockerItems(host, [mine]))), { objectMode: false });
    await loadImage(bench.engine, archive, bench.signal);
    const { Id: id } = await inspectImage(bench.engine, mine);
    let watching = true;
    const seen = new Set<string>();
    const watch = (async () => {
      while (watching) seen.add((await inspectImage(bench.engine, mine)).Id);
    })();
    try {
      for (const [, layout] of layouts) await ensure(bench.source.put(await tarOf(layout(image, [mine]))));
      // The very image that has the name on this host: it gets our name beside it.
      const twin = await ensure(bench.source.put(await tarOf(dockerItems(host, ['other:name']))));
      equal((await inspectImage(bench.engine, twin.reference)).Id, id);
    } finally {
      watching = false;
      await watch;
    }
    deepEqual([...seen], [id]);
    equal((await imageTags(bench.engine)).includes('other:name'), false);
    await removeImage(bench.engine, mine);
  });

  it('downloads once for all who ask at once, also when the first gives up', async () => {
    const facts = bench.source.put(await tarOf(dockerItems(image, [])));
    const downloads = bench.source.downloads;
    const first = new AbortController();
    const given = ensure(facts, first.signal);
    const others = Array.from({ length: 9 }, () => ensure(facts));
    first.abort(new Error('not any more'));
    await rejects(given, /not any more/);
    equal(new Set((await Promise.all(others)).map(({ reference }) => reference)).size, 1);
    equal(bench.source.downloads, downloads + 1);
  });

  it('leaves nothing when all who asked gave up in the middle', async () => {
    const data = await tarOf(dockerItems(image, []));
    const facts = bench.source.put(data);
    const halfway = deferred();
    bench.source.images.set(facts.id, {
      facts,
      data: async function* () {
        yield data.subarray(0, data.length / 2);
        halfway.resolve();
        await new Promise((resolve) => bench.signal.addEventListener('abort', resolve));
      },
    });
    const before = await inventory();
    const both = new AbortController();
    const asked = [ensure(facts, both.signal), ensure(facts, both.signal)];
    await halfway.promise;
    both.abort(new Error('not any more'));
    for (const one of asked) await rejects(one, /not any more/);
    deepEqual(await inventory(), before);
  });

  it('gives up a download that stalls or breaks off', async () => {
    const short = openBench(testSocket(), { stallTimeoutMs: 200 });
    try {
      const data = await tarOf(dockerItems(image, []));
      const facts = short.source.put(data);
      const before = await inventory();
      const cut = data.subarray(0, data.length / 2);
      short.source.images.set(facts.id, { facts, data: () => pieces(cut) });
      const ended = new RegExp(`ended after ${cut.length} of ${data.length} bytes`);
      await rejects(short.images.ensure(facts, CONTEXT, short.signal), failsAs('Unavailable', ended));
      short.source.images.set(facts.id, { facts, data: () => stalling(cut, short.signal) });
      await rejects(
        short.images.ensure(facts, CONTEXT, short.signal),
        failsAs('Timeout', /stalled: nothing came for 0.2 s/),
      );
      deepEqual(await inventory(), before);
    } finally {
      await short.end();
    }
  });

  async function* stalling(data: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
    yield data;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  it('asks Glance when a request says too little, and refuses what is not active', async () => {
    const facts = bench.source.put(await tarOf(dockerItems(image, [])));
    const bare = { ...facts, hashAlgo: null, hashValue: null, checksum: null };
    equal((await ensure(bare)).reference, (await ensure(facts)).reference);
    await rejects(ensure({ ...facts, status: 'queued' }), failsAs('Invalid', /not active/, 'ImageNotActive'));
    const large = { ...facts, sizeBytes: 2 ** 40 };
    await rejects(ensure(large), failsAs('Invalid', /larger than this host takes/, 'ImageUnacceptable'));
  });
});
