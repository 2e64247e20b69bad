import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';
import { removeImages, uploadImage, variantImage } from '../support/images.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const never = new AbortController().signal;

describe('a shelved server', () => {
  const lab = new Lab();
  const { plane } = lab;
  let id: string;

  before(async () => {
    const image = await uploadImage(lab, 'shelve', await variantImage(lab, ['VOLUME /data']));
    const { networks } = await lab.rest.get<{ networks: { id: string }[] }>('network', '/networks?name=private');
    id = (await lab.boot({ name: 'shelve', image, networks: [{ uuid: networks[0]?.id }] })).id;
    await inside('echo kept > /root/file; echo precious > /data/file');
  });
  afterEach(() => WitnessedService.giveBack(plane));
  after(async () => {
    await lab.deleteAll();
    await removeImages(lab, 'shelve');
  });

  const inside = (script: string): Promise<string> => plane.docker(['exec', `nova-${id}`, 'sh', '-c', script]);
  const address = (): Promise<string> => inside('ip -4 addr show eth0 | grep inet');
  const shelvedImages = async (): Promise<readonly { status: string }[]> =>
    (await lab.rest.get<{ images: { status: string }[] }>('image', '/images?name=shelve-shelved')).images;
  const nothingStays = async (): Promise<void> => {
    assert.deepEqual(await lab.containersOf(id), []);
    assert.deepEqual(await lab.allocationsOf(id), []);
    assert.equal(await plane.docker(['images', '--quiet', 'nova-disk/*']), '');
    const data = join(plane.folder, 'data', plane.host);
    assert.deepEqual(readdirSync(join(data, 'disks')), []);
    assert.equal(readdirSync(join(data, 'networks')).includes(id), false);
  };
  const isBack = async (before: string): Promise<void> => {
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await inside('cat /root/file /data/file'), 'kept\nprecious\n');
    assert.equal(await address(), before);
    assert.equal((await lab.allocationsOf(id)).length, 1);
    await until(async () => (await shelvedImages()).length === 0, { what: 'the image to be deleted', signal: never });
  };

  it('leaves its host, and comes back with what it had and its address', async () => {
    const before = await address();
    await lab.act(id, { shelve: null });
    const server = await lab.reaches(id, 'SHELVED_OFFLOADED');
    assert.equal(server['OS-EXT-SRV-ATTR:host'], null);
    await nothingStays();
    await lab.act(id, { unshelve: null });
    await isBack(before);
  });

  it('comes back though its service is killed (kill -9) in the middle', async () => {
    const before = await address();
    await lab.act(id, { shelve: null });
    await lab.reaches(id, 'SHELVED_OFFLOADED');
    const own = plane.service('compute');
    await own.stop();
    const service = await WitnessedService.start(plane, { line: 'after engine.container.create', nth: 1 });
    await lab.act(id, { unshelve: null });
    await service.killed();
    await own.start();
    await isBack(before);
  });

  it('that can not be made again stays shelved, with nothing on the host, and can be asked for again', async () => {
    const before = await address();
    await lab.act(id, { shelve: null });
    await lab.reaches(id, 'SHELVED_OFFLOADED');
    const [image = ''] = (await plane.docker(['images', '--quiet'])).split('\n');
    await plane.docker(['create', '--name', `nova-${id}`, image, 'true']);
    await lab.act(id, { unshelve: null });
    const failed = async (): Promise<boolean> =>
      (await lab.eventsOf(id, 'unshelve')).some(({ result }) => result === 'Error');
    await until(failed, { what: 'the unshelving to fail', signal: never });
    await lab.reaches(id, 'SHELVED_OFFLOADED');
    assert.equal((await shelvedImages()).length, 1);
    await plane.docker(['rm', `nova-${id}`]);
    await nothingStays();
    await lab.act(id, { unshelve: null });
    await isBack(before);
  });
});
