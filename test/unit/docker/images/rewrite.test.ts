import { deepEqual, equal, rejects } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { rewriteArchive } from '../../../../src/docker/images/archive/rewrite.js';
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
import { RULES, THEFT, inPieces, loaded, rewritten, unpacked } from './rewriting.js';

const layer = await tarOf([{ name: 'etc/motd', data: 'hello' }]);
const image: ImageContent = {
  layers: [
    layer,
    await tarOf([{ name: 'large', data: Buffer.alloc(5 * 1024 * 1024, 7) }]),
    layer,
    await tarOf([{ name: '{"looks": "like a description"}', data: '' }]),
    Buffer.alloc(1024),
  ],
};

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
          const layers = data.map((bytes) => tarOf([{ name: 'file', data: Buffer.from(bytes) }]));
          const content = { layers: await Promise.all(layers) };
          const items = layout(content, THEFT)
            .map((item) => ({ item, place: random.next().value as number }))
            .sort((left, right) => left.place - right.place)
            .map(({ item }) => item);
          const made = loaded(await rewritten(await tarOf(items)));
          deepEqual(made.config, configOf(content));
          deepEqual(made.layers.map(sha256), content.layers.map(sha256));
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
    const { archive, done } = rewriteArchive(await unpacked(broken()), RULES, () => Promise.resolve());
    archive.resume();
    await rejects(done, reason);
    archive.destroy();
  });
});
