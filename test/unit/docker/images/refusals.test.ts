import { deepEqual, rejects } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { BadArchive } from '../../../../src/docker/images/archive/bad.js';
import { configOf, dockerItems, ociItems, tarOf, type ImageContent, type Item } from '../../../fixtures/archives.js';
import { RULES, THEFT, loaded, rewritten, unfit } from './rewriting.js';

const layer = await tarOf([{ name: 'etc/motd', data: 'hello' }]);

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

  it('refuses layers that are not what the configuration names, or no layers at all', async () => {
    const swapped = (bytes: Buffer): Promise<Buffer> =>
      tarOf(
        dockerItems({ layers: [layer] }, THEFT).map((item) => (item.data === layer ? { ...item, data: bytes } : item)),
      );
    const other = await tarOf([{ name: 'etc/motd', data: 'other' }]);
    await rejects(rewritten(await swapped(other)), unfit(/is not the one that its configuration names/));
    await rejects(rewritten(await swapped(gzipSync(other))), unfit(/is not the one that its configuration names/));
    await rejects(rewritten(await swapped(Buffer.from('no tar'))), unfit(/is no tar archive/));
    await rejects(rewritten(await swapped(Buffer.from('BZh91AY'))), unfit(/compressed with bzip2/));
    await rejects(rewritten(await swapped(Buffer.alloc(0))), unfit(/is no tar archive/));
    const cut = gzipSync(layer).subarray(0, -5);
    await rejects(rewritten(await swapped(cut)), unfit(/compression of a layer/));
    const bytes = Buffer.from('and more');
    await rejects(rewritten(await swapped(Buffer.concat([gzipSync(layer), bytes]))), unfit(/compression|follow/));
  });

  it('takes a layer that is compressed by itself, byte by byte, and finds a bomb in it', async () => {
    const packed = gzipSync(layer);
    const items = dockerItems({ layers: [layer] }, THEFT).map((item) =>
      item.data === layer ? { ...item, data: packed } : item,
    );
    const { layers } = loaded(await rewritten(await tarOf(items)));
    deepEqual(layers, [packed]);
    const zeros = gzipSync(await tarOf([{ name: 'zeros', data: Buffer.alloc(8 * 1024 * 1024) }]));
    await rejects(rewritten(await tarOf([{ name: 'l', data: zeros }]), { ...RULES, maxBytes: 1e6 }), unfit(/larger/));
  });

  it('looks at the files of a layer: none may lead out of it, or be larger on a disk than in the archive', async () => {
    const rows: [Item, RegExp][] = [
      [{ name: '../../etc/passwd', data: 'x' }, /in its layer ".*", its file system has an entry that leads out/],
      [{ name: 'a', type: 'link', linkname: '../../etc/passwd' }, /leads out of it/],
    ];
    for (const [item, text] of rows) {
      await rejects(rewritten(await tarOf(dockerItems({ layers: [await tarOf([item])] }, THEFT))), unfit(text));
    }
    const torn = (await tarOf([{ name: 'a', data: 'x'.repeat(3000) }])).subarray(0, 1000);
    await rejects(rewritten(await tarOf(dockerItems({ layers: [torn] }, THEFT))), unfit(/ends in the middle/));
    const sparse = await tarOf([{ name: 'a', data: 'x', pax: { 'GNU.sparse.size': String(2 ** 40) } }]);
    for (const bytes of [sparse, gzipSync(sparse)]) {
      const items = dockerItems({ layers: [sparse] }, THEFT).map((item) =>
        item.data === sparse ? { ...item, data: bytes } : item,
      );
      await rejects(rewritten(await tarOf(items)), unfit(/larger than this host takes/));
    }
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
    // The manifest is the last entry; only the zeros of the archive's end may be missing.
    const whole = await tarOf(dockerItems({ layers: [layer] }, THEFT).filter(({ name }) => name !== 'repositories'));
    const end = whole.length - 1024;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 600, max: end - 1 }), async (length) => {
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

  it('refuses more entries and descriptions than an image has', async function () {
    this.timeout(30_000);
    const many = Array.from({ length: 5_002 }, (_, index) => ({ name: `e${index}`, data: '' }));
    await rejects(rewritten(await tarOf(many)), unfit(/more than 5000 entries/));
    const filler = Buffer.from(`{"a":"${'x'.repeat(3.9 * 1024 * 1024)}"}`);
    const big = Array.from({ length: 10 }, (_, index) => ({ name: `${index}.json`, data: filler }));
    await rejects(rewritten(await tarOf(big)), unfit(/more descriptions/));
  });
});
