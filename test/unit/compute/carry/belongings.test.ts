import { deepEqual, equal, notEqual, rejects, throws } from 'node:assert/strict';
import fc from 'fast-check';
import { unpackedBelongings } from '../../../../src/compute/carry/belongings.js';
import { newKey, seal, unseal } from '../../../../src/compute/carry/seal.js';
import { createHandlers } from '../../../../src/compute/manager.js';
import type { ContainerPlan } from '../../../../src/compute/ports/containers.js';
import type { Belongings, DriveWish } from '../../../../src/compute/ports/instance-folders.js';
import { create } from '../../../../src/objects/index.js';
import { fakeParts, HOST, makeInstance, makeRequest, UUID } from '../parts.js';

const OWN: Belongings = {
  injectedFiles: [{ path: '/etc/motd', data: Buffer.from('hello') }],
  adminPassword: 'p4ssw0rd',
  randomSeed: Buffer.from('seed').toString('base64'),
};
const MIGRATION = '44444444-4444-4444-8444-444444444444';
const LOCAL = {
  ...{ imageId: 'image-1', reference: 'nova-image:image-1', sizeBytes: 1 },
  defaults: { entrypoint: [], command: ['sh'], labels: {}, volumes: [], variables: [] },
};

type Fake = ReturnType<typeof fakeParts>;

function migration(from: string, to: string) {
  const places = { source_compute: from, source_node: from, dest_compute: to, dest_node: to };
  const made = create('Migration', { id: 7, uuid: MIGRATION, instance_uuid: UUID, status: 'x', ...places });
  made.resetChanges();
  return made;
}

async function run(fake: Fake, method: string, row: object, args: object): Promise<void> {
  const make = () => makeInstance({ key_data: 'ssh-rsa A', config_drive: 'True', ...row });
  fake.conductor.instances.get.resolves(make());
  await createHandlers(fake.parts).get(method)?.(makeRequest(method, { instance: make(), ...args }));
}

/** What the source host hands on. */
async function sentBy(fake: Fake): Promise<string> {
  const args = { migration: migration(HOST, 'host-2'), image: {}, request_spec: null };
  await run(fake, 'resize_instance', { task_state: 'resize_prep', old_flavor: null, new_flavor: null }, args);
  const [{ args: told }] = fake.conductor.peers.cast.args.at(-1) as [{ args: { disk_info: string } }];
  return told.disk_info;
}

async function receivedBy(fake: Fake, diskInfo: unknown, row: object = {}): Promise<void> {
  const was = { task_state: 'resize_migrated', system_metadata: { old_vm_state: 'active' }, ...row };
  const args = { migration: migration('host-2', HOST), image: { properties: {} }, disk_info: diskInfo };
  await run(fake, 'finish_resize', { ...was, old_flavor: null, new_flavor: null }, args);
}

const driveOf = (fake: Fake): DriveWish => (fake.folders.writeDrive.args.at(-1) as [DriveWish])[0];
const planOf = (fake: Fake): ContainerPlan => (fake.containers.create.args.at(-1) as [ContainerPlan])[0];

describe('compute/carry: what a server has with its host alone', () => {
  it('goes along to another host, in the request and nowhere else', async () => {
    const [one, two] = [fakeParts(), fakeParts()];
    one.folders.belongings.resolves(OWN);
    await receivedBy(two, await sentBy(one));
    const { files, adminPassword, randomSeed } = driveOf(two);
    deepEqual([files, adminPassword, randomSeed], [OWN.injectedFiles, OWN.adminPassword, OWN.randomSeed]);
    const shown = JSON.stringify([one.library.create.args, one.library.update.args, one.disks.archive.args]);
    equal(shown.includes('p4ssw0rd') || shown.includes(Buffer.from('hello').toString('base64')), false);
  });

  it('is not put into its disk again, where it has been changed since: neither files nor key', async () => {
    const [one, two] = [fakeParts(), fakeParts()];
    one.folders.belongings.resolves(OWN);
    await receivedBy(two, await sentBy(one));
    deepEqual(planOf(two).contents, []);
  });

  it('is mounted again where its root file system is read-only', async () => {
    const [one, two] = [fakeParts(), fakeParts()];
    one.folders.belongings.resolves({ ...OWN, adminPassword: null, randomSeed: null });
    const flavor = create('Flavor', {
      ...{ id: 1, name: 'f', flavorid: '1', memory_mb: 64, vcpus: 1, swap: 0, root_gb: 1, ephemeral_gb: 0 },
      extra_specs: { 'docker:read_only': 'true' },
    });
    await receivedBy(two, await sentBy(one), { flavor });
    const [, contents] = two.folders.keepContents.args.at(-1) as [string, readonly { guestPath: string }[]];
    deepEqual(
      contents.map(({ guestPath }) => guestPath),
      ['/root/.ssh/authorized_keys', '/etc/motd'],
    );
  });

  for (const [what, text] of [
    ['', ''],
    ['null', null],
  ] as const) {
    it(`is nothing when a host sends ${JSON.stringify(what)}`, () => {
      equal(unpackedBelongings(text), undefined);
    });
  }

  it('is refused without a word of it when it cannot be read', async () => {
    throws(() => unpackedBelongings('{"admin_password": "p4ssw0rd"'), /^ServiceError: The other host has sent files/);
    await rejects(receivedBy(fakeParts(), '["p4ssw0rd"]'), (error: Error) => !error.message.includes('p4ss'));
  });

  const SHELVING = { image_id: 'image-2', clean_shutdown: true };

  /** Shelves a server; gives what stands in its image, and the key in its row. */
  async function shelved(fake: Fake, row: object = {}): Promise<{ sealed: string; key: string }> {
    fake.folders.belongings.resolves(OWN);
    await run(fake, 'shelve_instance', { task_state: 'shelving', ...row }, SHELVING);
    const [, sealed] = fake.disks.archive.args.at(-1) as unknown as [unknown, string];
    const rows = fake.saved.map(({ fields }) => fields['system_metadata'] as Record<string, string> | undefined);
    const keys = rows.flatMap((one) => one?.['shelved_belongings_key'] ?? []);
    equal(new Set(keys).size, 1);
    return { sealed, key: keys[0] ?? '' };
  }

  async function unshelved(fake: Fake, sealed: string | undefined, key: string): Promise<void> {
    fake.images.ensure.resolves({ ...LOCAL, ...(sealed !== undefined && { sealed }) });
    const image = { id: 'image-2', name: 'x', properties: {} };
    const row = { host: null, node: null, vm_state: 'shelved_offloaded', task_state: 'unshelving' };
    await run(fake, 'unshelve_instance', { ...row, system_metadata: { shelved_belongings_key: key } }, { image });
  }

  it('waits in the image of a shelved server, sealed, and its key in the row before the image has data', async () => {
    const [one, two] = [fakeParts(), fakeParts()];
    one.library.upload.callsFake(() => {
      equal(one.saved.filter(({ fields }) => 'system_metadata' in fields).length, 1);
      return Promise.resolve();
    });
    const { sealed, key } = await shelved(one);
    equal(sealed.includes('p4ss') || Buffer.from(sealed, 'base64').toString('latin1').includes('p4ss'), false);
    await unshelved(two, sealed, key);
    deepEqual([driveOf(two).adminPassword, driveOf(two).files], [OWN.adminPassword, OWN.injectedFiles]);
    // The key opens nothing any more.
    deepEqual(two.saved.at(-1)?.fields['system_metadata'], {});
  });

  it('keeps the key of an interrupted shelving: its image may be whole', async () => {
    const { key } = await shelved(fakeParts());
    const again = await shelved(fakeParts(), { system_metadata: { shelved_belongings_key: key } });
    equal(again.key, key);
  });

  it('is left out of a server whose image was changed, or that has no key, and the server comes back', async () => {
    const { key } = await shelved(fakeParts());
    for (const [sealed, known] of [
      ['changed', key],
      [seal('{}', newKey(), UUID), key],
      [undefined, key],
      [seal('{}', key, UUID), ''],
    ] as const) {
      const fake = fakeParts();
      await unshelved(fake, sealed, known);
      deepEqual([driveOf(fake).adminPassword, fake.containers.start.callCount], [null, 1]);
    }
  });
});

describe('compute/carry: seals', () => {
  it('give every text back to its key, and to nobody else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const key = newKey();
        const sealed = seal(text, key, 'me');
        equal(unseal(sealed, key, 'me'), text);
        notEqual(seal(text, key, 'me'), sealed);
        throws(() => unseal(sealed, newKey(), 'me'));
        throws(() => unseal(sealed, key, 'you'));
      }),
    );
  });
});
