import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { kindOf } from '../../../src/errors/kinds.js';
import { realCloud } from '../../scenario/openstack/real.js';
import { makeStage, type Stage } from '../../scenario/openstack/stage.js';

const CHUNK = Buffer.alloc(1024 * 1024, 'sixteen mebibyte');
const MEBIBYTES = 200;

/** Much image data, with a real Glance. */
describe('openstack image data with a real Glance', () => {
  let stage: Stage;
  let imageId: string;
  const { signal } = new AbortController();
  before(async () => {
    stage = makeStage(await realCloud());
    imageId = `${stage.imagePrefix}-0000-4000-8000-0000000000aa`;
    const image = { id: imageId, name: 'much', properties: { image_type: 'snapshot' } };
    // The second time it is there.
    await stage.images.create(image, stage.user);
    await stage.images.create(image, stage.user);
    await stage.images.update(imageId, { diskFormat: 'raw', containerFormat: 'docker' }, stage.user);
    assert.deepEqual((await stage.images.show(imageId, stage.user)).properties, image.properties);
  });
  after(async () => {
    await stage.images.remove(imageId, stage.user);
    stage.close();
  });

  function* chunks(n: number): Generator<Buffer> {
    for (let i = 0; i < n; i++) yield CHUNK;
  }

  it('leaves an image queued whose source failed half way, so that it can be sent again', async () => {
    const broken = new Error('engine went away');
    const source = Readable.from(
      (function* () {
        yield* chunks(3);
        throw broken;
      })(),
    );
    await assert.rejects(stage.images.upload(imageId, source, stage.user, signal), broken);
    for (let tries = 0; tries < 100; tries++) {
      if ((await stage.images.show(imageId, stage.user)).status === 'queued') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`it is ${(await stage.images.show(imageId, stage.user)).status}`);
  });

  it(`takes ${MEBIBYTES} MiB of unknown length and gives them back, without holding them in memory`, async () => {
    const hash = createHash('sha512');
    for (const chunk of chunks(MEBIBYTES)) hash.update(chunk);
    const expected = hash.digest('hex');
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().external)), 20);
    try {
      await stage.images.upload(imageId, Readable.from(chunks(MEBIBYTES)), stage.user, signal);
      const record = await stage.images.show(imageId, stage.user);
      assert.deepEqual([record.hashValue, record.sizeBytes], [expected, MEBIBYTES * CHUNK.length]);
      const back = createHash('sha512');
      for await (const chunk of await stage.images.download(imageId, stage.user, signal)) back.update(chunk as Buffer);
      assert.equal(back.digest('hex'), expected);
    } finally {
      clearInterval(watch);
    }
    assert.ok(peak < 100 * CHUNK.length, `held ${Math.round(peak / CHUNK.length)} MiB`);
  });

  it('ends a download that nobody wants any more', async () => {
    const controller = new AbortController();
    const stream = await stage.images.download(imageId, stage.user, controller.signal);
    const work = (async () => {
      for await (const _chunk of stream) controller.abort(new Error('deleted'));
    })();
    await assert.rejects(work, (error: Error) => error.message === 'deleted' && kindOf(error) === 'Internal');
  });
});
