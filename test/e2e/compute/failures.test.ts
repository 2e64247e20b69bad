import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';
import { busyboxArchive } from '../../../tools/plane/openstack/base-image.js';
import { removeImages, uploadImage, variantImage } from '../support/images.js';
import { Lab, type Wish } from '../support/lab.js';

const PREFIX = 'bad-';

describe('a boot that must fail', () => {
  const lab = new Lab();
  afterEach(async () => {
    await lab.deleteAll();
    await removeImages(lab, PREFIX);
  });

  /** Ends in ERROR with that fault, in the event too, and holds nothing. */
  async function failsWith(wish: Wish, fault: RegExp): Promise<void> {
    const id = await lab.create(wish);
    const server = await lab.reaches(id, 'ERROR');
    assert.match(server.fault?.message ?? '', fault);
    assert.deepEqual(await lab.containersOf(id), []);
    assert.deepEqual(await lab.allocationsOf(id), []);
    assert.equal(server['OS-EXT-SRV-ATTR:host'], null);
    await lab.delete(id);
  }

  it('since its image is no archive at all', async () => {
    const image = await uploadImage(lab, `${PREFIX}garbage`, Buffer.from('not an image '.repeat(1000)));
    await failsWith({ image }, /no tar archive|not a tar|docker save/i);
  });

  it('since its image is a disk for a virtual machine', async () => {
    const disk = Buffer.concat([Buffer.from('QFI\xfb\x00\x00\x00\x03', 'latin1'), Buffer.alloc(64 * 1024)]);
    await failsWith({ image: await uploadImage(lab, `${PREFIX}qcow2`, disk) }, /qcow2/i);
  });

  it('since its image was cut off', async () => {
    const archive = await busyboxArchive();
    const image = await uploadImage(lab, `${PREFIX}cut`, archive.subarray(0, archive.length / 2));
    await failsWith({ image }, /archive is broken/);
  });

  it('since the data that Glance has are not those that were uploaded', async () => {
    const image = await uploadImage(lab, `${PREFIX}changed`, await busyboxArchive());
    const file = openSync(join(lab.plane.folder, 'data', 'glance', 'images', image), 'r+');
    writeSync(file, Buffer.from('changed'), 0, 7, 1_000_000);
    closeSync(file);
    await failsWith({ image }, /do not match the sha512/);
    assert.doesNotMatch(await lab.plane.docker(['images', '--all']), new RegExp(image));
  });

  it('since the engine cannot run its command', async () => {
    const image = await uploadImage(lab, `${PREFIX}command`, await variantImage(lab, ['CMD ["/no/such/program"]']));
    // However long a busy machine takes to find out.
    const metadata = { 'docker:start_grace': '5s' };
    await failsWith({ image, metadata }, /ended as soon as it was started .*\/no\/such\/program/);
  });

  it('since no host has room for it', async () => {
    const flavor = { name: 'too-large', ram: 8_000_000, vcpus: 1, disk: 1, id: 'too-large' };
    await lab.rest.post('compute', '/flavors', { flavor });
    try {
      const id = await lab.create({ flavor: 'too-large' });
      const server = await lab.reaches(id, 'ERROR');
      assert.match(server.fault?.message ?? '', /No valid host/);
      assert.deepEqual(await lab.containersOf(id), []);
    } finally {
      await lab.rest.ask({ api: 'compute', method: 'DELETE', path: '/flavors/too-large' });
    }
  });

  it('while the engine is away: told as such, and the next boot works', async () => {
    const engine = lab.plane.service('docker');
    await lab.delete((await lab.boot()).id);
    await engine.stop();
    const id = await lab.create();
    const server = await lab.reaches(id, 'ERROR').finally(() => engine.start());
    assert.match(server.fault?.message ?? '', /container engine does not answer/);
    assert.deepEqual(await lab.allocationsOf(id), []);
    const nothingLeft = async (): Promise<boolean> => (await lab.containersOf(id)).length === 0;
    await until(nothingLeft, { what: 'nothing to be left of it', signal: new AbortController().signal });
    await lab.boot();
  });
});
