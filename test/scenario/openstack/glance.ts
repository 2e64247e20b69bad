import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { novaNameOf } from '../../../src/errors/kinds.js';
import { refuses } from './placement.js';
import type { Others, Scenario, Stage } from './stage.js';

/** The image with that number. */
function id({ imagePrefix }: Pick<Stage, 'imagePrefix'>, n: number): string {
  return `${imagePrefix}-0000-4000-8000-00000000000${n}`;
}

const DATA = Buffer.from('not really an archive, but bytes all the same\n'.repeat(20));

function createImage(others: Others, who: 'admin' | 'demo', image: string, more: object = {}): Promise<void> {
  const body = { id: image, name: 'scenario image', visibility: 'private', ...more };
  return others.ask(who, 'image', { method: 'POST', path: '/images', body });
}

async function removeImages(others: Others, ids: readonly string[]): Promise<void> {
  for (const image of ids) {
    const path = `/images/${image}`;
    const body = [{ op: 'replace', path: '/protected', value: false }];
    const contentType = 'application/openstack-images-v2.1-json-patch';
    await others.ask('admin', 'image', { method: 'PATCH', path, body, contentType });
    await others.ask('admin', 'image', { method: 'DELETE', path });
  }
}

const signal = new AbortController().signal;

/** nova-api makes a record, the compute fills it, another compute boots from it. */
const image: Scenario = {
  name: 'image',
  run: async (stage) => {
    const { images, user, others } = stage;
    const IMAGE = id(stage, 1);
    await others((they) => createImage(they, 'demo', IMAGE, { instance_uuid: 'i-1', image_type: 'snapshot' }));
    const queued = await images.show(IMAGE, user);
    assert.deepEqual(queued, {
      id: IMAGE,
      name: 'scenario image',
      status: 'queued',
      containerFormat: '',
      diskFormat: '',
      sizeBytes: null,
      hashAlgo: null,
      hashValue: null,
      checksum: null,
      properties: { instance_uuid: 'i-1', image_type: 'snapshot' },
    });
    const properties = { image_state: 'available', image_type: 'backup', 'with/slash~': 'x' };
    await images.update(
      IMAGE,
      { containerFormat: 'docker', diskFormat: 'raw', minDiskGb: 2, minRamMb: 64, properties },
      user,
    );
    await images.upload(IMAGE, Readable.from([DATA.subarray(0, 100), DATA.subarray(100)]), user, signal);
    assert.deepEqual(await images.show(IMAGE, user), {
      ...queued,
      status: 'active',
      containerFormat: 'docker',
      diskFormat: 'raw',
      sizeBytes: DATA.length,
      hashAlgo: 'sha512',
      hashValue: createHash('sha512').update(DATA).digest('hex'),
      checksum: createHash('md5').update(DATA).digest('hex'),
      properties: { instance_uuid: 'i-1', image_type: 'backup', image_state: 'available', 'with/slash~': 'x' },
    });
    assert.deepEqual(await buffer(await images.download(IMAGE, user, signal)), DATA);
    await images.update(IMAGE, { name: 'renamed' }, user);
    assert.equal((await images.show(IMAGE, { ...user, authToken: null })).name, 'renamed');
    await refuses('Conflict', images.upload(IMAGE, Readable.from([DATA]), user, signal));
    await images.remove(IMAGE, user);
    await images.remove(IMAGE, user);
    await refuses('NotFound', images.show(IMAGE, user), (error) => novaNameOf(error) === 'ImageNotFound');
    await refuses('NotFound', images.download(IMAGE, user, signal));
  },
};

const refusals: Scenario = {
  name: 'image refusals',
  run: async (stage) => {
    const { images, user, others } = stage;
    const [EMPTY, FOREIGN, KEPT, NONE] = [id(stage, 2), id(stage, 3), id(stage, 4), id(stage, 5)];
    await others((they) => createImage(they, 'demo', EMPTY, { disk_format: 'raw', container_format: 'docker' }));
    await others((they) => createImage(they, 'admin', FOREIGN));
    await others((they) => createImage(they, 'demo', KEPT, { protected: true }));
    await refuses(
      'Invalid',
      images.download(EMPTY, user, signal),
      (error) => novaNameOf(error) === 'ImageUnacceptable',
    );
    await refuses('NotFound', images.show(FOREIGN, user));
    await refuses('NotFound', images.download(FOREIGN, user, signal));
    await refuses('NotFound', images.show(NONE, user));
    await refuses('NotFound', images.update(NONE, { name: 'x' }, user));
    await refuses('NotFound', images.upload(NONE, Readable.from([DATA]), user, signal));
    await refuses('Forbidden', images.remove(KEPT, user), (error) => novaNameOf(error) === 'ImageNotAuthorized');
    await refuses(
      'Invalid',
      images.update(EMPTY, { diskFormat: 'floppy' }, user),
      (error) => novaNameOf(error) === 'ImageBadRequest',
    );
    await refuses('Forbidden', images.show(EMPTY, { ...user, authToken: 'no-token-at-all' }));
    await others((they) => removeImages(they, [EMPTY, FOREIGN, KEPT]));
  },
};

export const GLANCE_SCENARIOS: readonly Scenario[] = [image, refusals];
