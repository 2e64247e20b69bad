import { deepEqual, equal, rejects } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { BadArchive } from '../../../../src/docker/images/archive/bad.js';
import { rewriteArchive } from '../../../../src/docker/images/archive/rewrite.js';
import { unpacked } from '../../../../src/docker/images/archive/unpacked.js';
import {
  configOf,
  docker25Items,
  dockerItems,
  ociItems,
  sha256,
  tarOf,
  type ImageContent,
  type Item,
} from '../../../fixtures/archives.js';

const TAG = 'nova-image/id:sha512-00';
const RULES = { tag: TAG, architecture: 'amd64', maxBytes: 64 * 1024 * 1024 };
const THEFT = ['ubuntu:latest'];

async function* inPieces(data: Buffer): AsyncGenerator<Uint8Array> {
  const size = Math.max(700, Math.trunc(data.length / 200));
  for (let at = 0; at < data.length; at += size) yield await Promise.resolve(data.subarray(at, at + size));
}

/** What the engine is fed with: entry names and contents, in order. */
async function rewritten(
  data: Buffer,
  rules = RULES,
  verified: () => Promise<void> = () => Promise.resolve(),
): Promise<Map<string, Buffer>> {
  const { archive, done } = rewriteArchive(unpacked(inPieces(data)), rules, verified);
  const entries = new Map<string, Buffer>();
  const reader = extract();
  archive.on('data', (chunk: Buffer) => reader.write(chunk));
  archive.on('end', () => {
    reader.end(null);
  });
  // A broken one is torn off in the middle of an entry.
  archive.on('error', () => {
    reader.destroy();
  });
  const reading = (async () => {
    for await (const entry of reader) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      entries.set(entry.header.name, Buffer.concat(chunks));
    }
  })();
  try {
    await done;
    await reading;
  } finally {
    archive.destroy();
    reader.destroy();
    await reading.catch(() => undefined);
  }
  return entries;
}

interface Loaded {
  readonly config: Buffer;
  readonly layers: readonly Buffer[];
}

/** Reads what the engine would make of it: exactly one image, with our name only. */
function loaded(entries: Map<string, Buffer>): Loaded {
  const manifest = JSON.parse(String(entries.get('manifest.json'))) as [
    { Config: string; RepoTags: string[]; Layers: string[] },
  ];
  equal(manifest.length, 1);
  deepEqual(Object.keys(manifest[0]), ['Config', 'RepoTags', 'Layers']);
  deepEqual(manifest[0].RepoTags, [TAG]);
  equal([...entries.keys()].at(-1), 'manifest.json');
  for (const name of entries.keys()) equal(/^(layer-\d+\.tar|config\.json|manifest\.json)$/.test(name), true, name);
  return {
    config: entries.get(manifest[0].Config) ?? Buffer.alloc(0),
    layers: manifest[0].Layers.map((name) => entries.get(name) ?? Buffer.alloc(0)),
  };
}

function unfit(text: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof BadArchive && text.test(error.message);
}

const layer = Buffer.from('a layer, as far as this room looks at it');
const image: ImageContent = { layers: [layer, Buffer.alloc(5 * 1024 * 1024, 7), layer, Buffer.from('{"a":1}')] };

describe('docker/images/archive: rewriting', () => {
  const layouts: [string, Item[]][] = [
    ['docker save of Engine 20.10', dockerItems(image, THEFT)],
    ['docker save of Engine 25', docker25Items(image, THEFT)],
    ['an OCI layout', ociItems(image, 'ubuntu:latest')],
  ];
  for (const [what, items] of layouts) {
    it(`keeps the image of ${what} byte by byte, and gives it our name alone`, async () => {
      const { config, layers } = loaded(await rewritten(await tarOf(items)));
      deepEqual(config, configOf(image));
      deepEqual(layers.map(sha256), image.layers.map(sha256));
    });
  }

  it('takes one that is compressed with gzip', async () => {
    const { config } = loaded(await rewritten(gzipSync(await tarOf(dockerItems(image, THEFT)))));
    deepEqual(config, configOf(image));
  });

  it('makes the same image of any order of the entries, and its name is always ours', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(dockerItems, docker25Items, (content: ImageContent) => ociItems(content, 'x')),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (data, layout, random) => {
          const content = { layers: data.map((bytes) => Buffer.from(bytes)) };
          const items = layout(content, THEFT)
            .map((item) => ({ item, place: random.next().value as number }))
            .sort((left, right) => left.place - right.place)
            .map(({ item }) => item);
          const { config, layers } = loaded(await rewritten(await tarOf(items)));
          deepEqual(config, configOf(content));
          deepEqual(layers.map(sha256), content.layers.map(sha256));
        },
      ),
      { numRuns: 60 },
    ));

  it('asks whether the data were right after all of them and before anything names the image', async () => {
    const seen: string[] = [];
    const { archive, done } = rewriteArchive(inPieces(await tarOf(dockerItems(image, THEFT))), RULES, () => {
      seen.push('verified');
      return Promise.reject(new Error('wrong hash'));
    });
    const chunks: Buffer[] = [];
    archive.on('data', (chunk: Buffer) => chunks.push(chunk));
    await rejects(done, /wrong hash/);
    deepEqual(seen, ['verified']);
    const fed = Buffer.concat(chunks).toString('latin1');
    equal(fed.includes('manifest.json') || fed.includes('config.json') || fed.includes('ubuntu'), false);
    archive.destroy();
  });

  it('tells what reading the data threw, not what that did to the archive', async () => {
    const reason = new Error('Glance is away');
    const data = await tarOf(dockerItems(image, THEFT));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inPieces(data.subarray(0, data.length / 2));
      throw reason;
    }
    const { archive, done } = rewriteArchive(unpacked(broken()), RULES, () => Promise.resolve());
    archive.resume();
    await rejects(done, reason);
    archive.destroy();
  });
});

describe('docker/images/archive: what is no image', () => {
  const config = configOf({ layers: [layer] });
  const manifestOf = (value: unknown): Item => ({ name: 'manifest.json', data: JSON.stringify(value) });
  const good = { Config: 'c.json', RepoTags: null, Layers: ['l.tar'] };
  const parts: Item[] = [
    { name: 'c.json', data: config },
    { name: 'l.tar', data: layer },
  ];
  const rows: [string, Item[], RegExp][] = [
    ['no manifest', parts, /neither manifest\.json nor an OCI index/],
    ['only an old repositories file', [...parts, { name: 'repositories', data: '{}' }], /docker save/],
    ['two images', [...parts, manifestOf([good, good])], /holds 2 images; save exactly one/],
    ['none', [...parts, manifestOf([])], /holds 0 images/],
    ['a manifest that is no list', [...parts, manifestOf({})], /no list of images/],
    ['a manifest that is no JSON', [...parts, { name: 'manifest.json', data: '{"a"' }], /is no JSON/],
    [
      'a layer that is missing',
      [...parts, manifestOf([{ ...good, Layers: ['x.tar'] }])],
      /"x\.tar" is named in it and/,
    ],
    ['a configuration that is missing', [...parts, manifestOf([{ ...good, Config: 'x' }])], /"x" is named in it and/],
    [
      'more layers than configured',
      [...parts, manifestOf([{ ...good, Layers: ['l.tar', 'l.tar'] }])],
      /2 layers listed/,
    ],
    ['names that climb out', [{ name: '../../etc/passwd', data: 'x' }, ...parts], /leads out of it/],
    ['names from the root', [{ name: '/etc/passwd', data: 'x' }, ...parts], /leads out of it/],
    ['a link to the root', [{ name: 'a', type: 'symlink', linkname: '/etc/passwd' }, ...parts], /leads out of it/],
    ['a link that climbs out', [{ name: 'a/b', type: 'symlink', linkname: '../../x' }], /leads out of it/],
    ['a hard link out', [{ name: 'a', type: 'link', linkname: '../x' }], /leads out of it/],
    ['a device', [{ name: 'null', type: 'character-device' }, ...parts], /"null", which is no file/],
    [
      'layers by climbing paths',
      [...parts, manifestOf([{ ...good, Layers: ['../../etc/passwd'] }])],
      /leads out of it/,
    ],
    ['a link to itself', [{ name: 'c.json', type: 'symlink', linkname: 'c.json' }, manifestOf([good])], /missing/],
    [
      'something else than an image',
      [{ name: 'c.json', data: '{}' }, manifestOf([good])],
      /something else than a conta/,
    ],
  ];
  for (const [what, items, text] of rows) {
    it(`refuses ${what}`, async () => {
      await rejects(rewritten(await tarOf(items)), unfit(text));
    });
  }

  it('refuses other processors and systems, and takes what this one runs too', async () => {
    const made = (content: Partial<ImageContent>): Promise<Buffer> =>
      tarOf(dockerItems({ layers: [layer], ...content }, THEFT));
    await rejects(rewritten(await made({ architecture: 'arm64' })), unfit(/"arm64" processors; this host has amd64/));
    await rejects(rewritten(await made({ os: 'windows' })), unfit(/made for "windows"/));
    loaded(await rewritten(await made({ architecture: '386' })));
  });

  it('chooses the image of this platform out of an OCI archive, and never guesses', async () => {
    const merged = (images: readonly ImageContent[]): Item[] => {
      const all = images.map((content) => ociItems(content, 'x'));
      const manifests = all.flatMap((items) => {
        const index = items.find(({ name }) => name === 'index.json');
        return (JSON.parse(String(index?.data)) as { manifests: unknown[] }).manifests;
      });
      const blobs = all.flatMap((items) => items.filter(({ name }) => name.startsWith('blobs/')));
      return [...blobs, { name: 'index.json', data: JSON.stringify({ manifests }) }];
    };
    const here = { layers: [layer] };
    const there = { layers: [layer], architecture: 's390x' };
    deepEqual(loaded(await rewritten(await tarOf(merged([there, here])))).config, configOf(here));
    await rejects(rewritten(await tarOf(merged([there]))), unfit(/other processors/));
    const twin = { layers: [layer, layer] };
    await rejects(rewritten(await tarOf(merged([here, twin]))), unfit(/holds 2 images/));
    await rejects(rewritten(await tarOf(merged([]))), unfit(/holds no image/));
  });

  it('refuses an OCI description that does not hash to its name', async () => {
    const items = ociItems({ layers: [layer] }, 'x').map((item) =>
      String(item.data).includes('schemaVersion') && item.name.startsWith('blobs/')
        ? { ...item, data: String(item.data).replace('"layers":', '"layers" :') }
        : item,
    );
    await rejects(rewritten(await tarOf(items)), unfit(/does not hash to its name/));
  });

  it('refuses what is cut off, at whatever byte', async () => {
    const whole = await tarOf(dockerItems({ layers: [layer] }, THEFT));
    const end = whole.length - 1024;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 600, max: end - 1024 }), async (length) => {
        await rejects(rewritten(whole.subarray(0, length)), (error) => error instanceof BadArchive);
      }),
      { numRuns: 40 },
    );
    await rejects(rewritten(gzipSync(whole).subarray(0, -20)), unfit(/gzip compression is broken/));
  });

  it('refuses what is larger than this host takes, by the size that it says, before it comes', async () => {
    const data = await tarOf(dockerItems({ layers: [Buffer.alloc(9000)] }, THEFT));
    await rejects(rewritten(data, { ...RULES, maxBytes: 5000 }), unfit(/larger than this host takes \(5000 bytes\)/));
    await rejects(
      rewritten(gzipSync(await tarOf([{ name: 'zeros', data: Buffer.alloc(2 * 1024 * 1024) }])), {
        ...RULES,
        maxBytes: 1e6,
      }),
      unfit(/larger/),
    );
  });

  it('refuses more entries and descriptions than an image has', async () => {
    const many = Array.from({ length: 5_002 }, (_, index) => ({ name: `e${index}`, data: '' }));
    await rejects(rewritten(await tarOf(many)), unfit(/more than 5000 entries/));
    const filler = Buffer.from(`{"a":"${'x'.repeat(3.9 * 1024 * 1024)}"}`);
    const big = Array.from({ length: 10 }, (_, index) => ({ name: `${index}.json`, data: filler }));
    await rejects(rewritten(await tarOf(big)), unfit(/more descriptions/));
  });
});
