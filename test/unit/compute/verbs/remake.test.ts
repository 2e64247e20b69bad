import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createHandlers } from '../../../../src/compute/manager.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type FieldsOf } from '../../../../src/objects/index.js';
import { fakeParts, HOST, makeInstance, makeRequest, novaError, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;
type Row = Partial<FieldsOf<'Instance'>>;

const IMAGE = { id: 'image-2', status: 'active', properties: {} };
const broken = new ServiceError('Invalid', 'no archive');

interface Request {
  readonly row: Row;
  readonly args: Record<string, unknown>;
  readonly attempt?: number;
}

async function run(fake: Fake, method: string, { row, args, attempt = 1 }: Request): Promise<void> {
  const instance = makeInstance(row);
  fake.conductor.instances.get.resolves(makeInstance(row));
  await createHandlers(fake.parts).get(method)?.(makeRequest(method, { instance, ...args }, { attempt }));
}

const tasks = (fake: Fake): unknown[] => fake.saved.map(({ fields }) => fields['task_state']);

describe('compute/verbs/rebuild', () => {
  const args = { image_ref: 'image-2', injected_files: [], new_pass: 'secret' };

  it('has the image before it takes the old container away, and keeps the ports', async () => {
    const fake = fakeParts();
    fake.library.show.resolves(IMAGE);
    await run(fake, 'rebuild_instance', { row: { task_state: 'rebuilding' }, args });
    assert.deepEqual(tasks(fake), ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning', null]);
    assert.ok(fake.containers.remove.calledAfter(fake.images.ensure));
    assert.ok(fake.containers.create.calledAfter(fake.containers.remove));
    assert.equal(fake.networks.deallocate.callCount, 0);
    assert.equal(fake.networks.allocate.callCount, 0);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
  });

  it('leaves a stopped server stopped', async () => {
    const fake = fakeParts();
    await run(fake, 'rebuild_instance', { row: { task_state: 'rebuilding', vm_state: 'stopped' }, args });
    assert.equal(fake.containers.start.callCount, 0);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'stopped');
  });

  const repeated: [string, number][] = [
    ['rebuilding', 4],
    ['rebuild_block_device_mapping', 4],
    ['rebuild_spawning', 0],
  ];
  for (const [task, removals] of repeated) {
    it(`started before and at ${task}: ${removals === 0 ? 'what stands is the new one' : 'what stands is the old one'}`, async () => {
      const fake = fakeParts();
      await run(fake, 'rebuild_instance', { row: { task_state: task }, args, attempt: 2 });
      assert.equal(fake.containers.remove.callCount, removals);
      assert.equal(fake.containers.create.callCount, 1);
    });
  }

  it('ends in ERROR and takes nothing away when the image is no good', async () => {
    const fake = fakeParts();
    fake.images.ensure.rejects(broken);
    await assert.rejects(run(fake, 'rebuild_instance', { row: { task_state: 'rebuilding' }, args }), broken);
    assert.equal(fake.containers.remove.callCount, 0);
    assert.deepEqual(
      fake.saved.slice(-2).map(({ fields }) => [fields['vm_state'], fields['task_state']]),
      [
        ['error', undefined],
        [undefined, null],
      ],
    );
  });

  it('refuses preserve_ephemeral, and touches nothing', async () => {
    const fake = fakeParts();
    await assert.rejects(
      run(fake, 'rebuild_instance', { row: { task_state: 'rebuilding' }, args: { ...args, preserve_ephemeral: true } }),
    );
    assert.equal(fake.containers.remove.callCount, 0);
  });
});

describe('compute/verbs/rebuild: evacuation', () => {
  it('of one that was interrupted: the task is not its own, so it touches nothing', async () => {
    const fake = fakeParts();
    const context = create('MigrationContext', { instance_uuid: UUID, migration_id: 7 });
    const row = { task_state: 'rebuilding', migration_context: context };
    await run(fake, 'rebuild_instance', { row, args: { image_ref: 'image-2', recreate: false }, attempt: 2 });
    assert.deepEqual([fake.containers.remove.callCount, fake.saved], [0, []]);
  });

  it('is none: what is interrupted while the server goes elsewhere is not taken up', async () => {
    const fake = fakeParts();
    const row = { host: 'host-2', task_state: 'rebuild_spawning' };
    await run(fake, 'rebuild_instance', { row, args: { image_ref: 'image-2', recreate: false }, attempt: 2 });
    assert.deepEqual([fake.saved, fake.containers.create.callCount], [[], 0]);
  });
});

describe('compute/verbs/shelve', () => {
  const args = { image_id: 'image-2', clean_shutdown: true };
  const row = { task_state: 'shelving', system_metadata: {} };

  it('keeps the disk as an image; the server leaves at once', async () => {
    const fake = fakeParts();
    await run(fake, 'shelve_instance', { row, args });
    const [shelved, gone] = fake.saved.slice(-2).map(({ fields }) => fields);
    assert.deepEqual([shelved?.['vm_state'], shelved?.['task_state']], ['shelved', 'shelving_offloading']);
    const kept = shelved?.['system_metadata'] as Record<string, string>;
    assert.deepEqual([kept['shelved_image_id'], kept['shelved_host']], ['image-2', HOST]);
    assert.deepEqual([gone?.['vm_state'], gone?.['host'], gone?.['node']], ['shelved_offloaded', null, null]);
    assert.ok(fake.containers.remove.calledAfter(fake.library.upload));
    assert.deepEqual(fake.networks.unplug.args, [[UUID]]);
    assert.equal(fake.networks.deallocate.callCount, 0);
    assert.deepEqual(fake.allocations.remove.args, [[UUID]]);
  });

  it('stays where the operator wants it to', async () => {
    const fake = fakeParts();
    fake.parts = { ...fake.parts, settings: { ...fake.parts.settings, shelvedOffloadTimeMs: -1 } };
    await run(fake, 'shelve_instance', { row, args });
    assert.deepEqual([fake.saved.at(-1)?.fields['vm_state'], tasks(fake).at(-1)], ['shelved', null]);
    assert.equal(fake.containers.remove.callCount, 0);
  });

  it('takes nothing away when the image can not be made', async () => {
    const fake = fakeParts();
    fake.library.upload.rejects(broken);
    await assert.rejects(run(fake, 'shelve_instance', { row, args }), broken);
    assert.equal(fake.containers.remove.callCount, 0);
    assert.equal(fake.library.remove.callCount, 1);
    assert.equal(tasks(fake).at(-1), null);
  });

  it('started before and leaving already: no second image', async () => {
    const fake = fakeParts();
    await run(fake, 'shelve_instance', {
      row: { task_state: 'shelving_offloading', vm_state: 'shelved' },
      args,
      attempt: 2,
    });
    assert.equal(fake.library.upload.callCount, 0);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'shelved_offloaded');
  });

  it('started before and done: only the event is left', async () => {
    const fake = fakeParts();
    const left = { task_state: null, vm_state: 'shelved_offloaded', host: null, node: null };
    fake.library.show.resolves(IMAGE);
    await run(fake, 'shelve_instance', { row: left, args, attempt: 2 });
    assert.deepEqual([fake.saved, fake.library.remove.callCount], [[], 0]);
    assert.deepEqual(fake.conductor.events.finish.args, [[UUID, 'compute_shelve_instance']]);
  });
});

describe('compute/verbs/shelve: started before and done', () => {
  it('keeps the image, which is the server, whenever Glance tells of it', async () => {
    const fake = fakeParts();
    const row = { task_state: null, vm_state: 'shelved_offloaded', host: null, node: null };
    fake.library.show.resolves({ id: 'image-2', status: 'active', properties: {} });
    for (const nth of [0, 1]) fake.library.show.onCall(nth).rejects(new ServiceError('Unavailable', '503'));
    await run(fake, 'shelve_instance', { row, args: { image_id: 'image-2' }, attempt: 2 });
    assert.deepEqual([fake.library.show.callCount, fake.library.remove.callCount], [3, 0]);
    assert.equal(fake.disks.drop.callCount, 1);
  });
});

describe('compute/verbs/unshelve', () => {
  const args = { image: { id: 'image-2', name: 'shelved', status: 'active', properties: {} } };
  const kept = { shelved_at: 'then', shelved_image_id: 'image-2', shelved_host: 'old', other: 'x' };
  const row = {
    task_state: 'unshelving',
    vm_state: 'shelved_offloaded',
    host: null,
    node: null,
    system_metadata: kept,
  };

  it('makes the server here, with its ports, and forgets the shelf', async () => {
    const fake = fakeParts();
    await run(fake, 'unshelve_instance', { row, args });
    const [claimed, done] = fake.saved.map(({ fields }) => fields);
    assert.deepEqual([claimed?.['task_state'], claimed?.['host']], ['spawning', HOST]);
    assert.deepEqual(
      [done?.['vm_state'], done?.['task_state'], done?.['system_metadata']],
      ['active', null, { other: 'x' }],
    );
    assert.ok(fake.networks.plug.calledAfter(fake.networks.bind));
    assert.ok(fake.library.remove.calledAfter(fake.containers.start));
  });

  it('that fails leaves nothing here and the image where it is', async () => {
    const fake = fakeParts();
    fake.images.ensure.rejects(broken);
    await assert.rejects(run(fake, 'unshelve_instance', { row, args }), broken);
    const back = fake.saved.map(({ fields }) => fields).find(({ host }) => host === null);
    assert.deepEqual([back?.['task_state'], back?.['vm_state']], [null, undefined]);
    assert.equal(fake.containers.remove.callCount, 1);
    assert.deepEqual(fake.allocations.remove.args, [[UUID]]);
    assert.equal(fake.library.remove.callCount, 0);
  });

  for (const [task, host] of [['unshelving', null] as const, ['spawning', HOST] as const]) {
    it(`started before and at ${task}: goes on`, async () => {
      const fake = fakeParts();
      await run(fake, 'unshelve_instance', { row: { ...row, task_state: task, host }, args, attempt: 2 });
      assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
    });
  }

  it('keeps the image until the row says that the server is here: a failure takes away what is', async () => {
    const fake = fakeParts();
    const save = fake.conductor.instances.save;
    fake.conductor.instances.save = sinon.spy((...[instance, options]: Parameters<typeof save>) =>
      instance.get('vm_state') === 'active'
        ? Promise.reject(novaError('UnexpectedTaskStateError'))
        : save(instance, options),
    );
    await assert.rejects(run(fake, 'unshelve_instance', { row, args }));
    assert.deepEqual([fake.containers.remove.callCount, fake.library.remove.callCount], [1, 0]);
  });

  const ended: [string, Row, number][] = [
    ['active: the image goes', { task_state: null, vm_state: 'active', system_metadata: {} }, 1],
    ['at work again: the image goes', { task_state: 'powering-off', vm_state: 'active', system_metadata: {} }, 1],
    ['shelved as it was: the image stays', { ...row, task_state: null }, 0],
  ];
  for (const [name, left, removed] of ended) {
    it(`started before and ${name}`, async () => {
      const fake = fakeParts();
      await run(fake, 'unshelve_instance', { row: left, args, attempt: 2 });
      assert.equal(fake.library.remove.callCount, removed);
    });
  }

  for (const attempt of [1, 2]) {
    it(`of a server that never left is a start, and its image goes ${attempt === 1 ? 'then' : 'after an interruption'}`, async () => {
      const fake = fakeParts();
      const [before, after] = [
        makeInstance({ task_state: 'powering-on', vm_state: 'shelved', system_metadata: kept }),
        makeInstance(),
      ];
      fake.conductor.instances.get.resolves(after);
      const request = makeRequest('start_instance', { instance: before }, { attempt });
      await createHandlers(fake.parts).get('start_instance')?.(request);
      assert.deepEqual(
        fake.library.remove.args.map(([id]: unknown[]) => id),
        ['image-2'],
      );
      assert.equal(fake.containers.start.callCount, attempt === 1 ? 1 : 0);
    });
  }
});
