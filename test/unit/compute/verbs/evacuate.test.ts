import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type FieldsOf, type Migration } from '../../../../src/objects/index.js';
import { containerState, fakeParts, HOST, makeInstance, makeRequest, novaError, PROVIDER, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;
type Row = Partial<FieldsOf<'Instance'>>;

const DEAD = 'host-2';
const broken = new ServiceError('Invalid', 'no archive');

function lab(): Fake {
  const fake = fakeParts();
  fake.containers.state.resolves(undefined);
  fake.library.show.resolves({ id: 'image-1', status: 'active', properties: {} });
  return fake;
}

function migration(status: string, uuid = UUID): Migration {
  const fields = { id: 7, uuid: 'm', instance_uuid: uuid, source_compute: DEAD, source_node: DEAD };
  const made = create('Migration', { ...fields, status, migration_type: 'evacuation' });
  made.resetChanges();
  return made;
}

interface Request {
  readonly row?: Row;
  readonly args?: Record<string, unknown>;
  readonly status?: string;
  readonly attempt?: number;
}

/** Gives the migration as it was written last. */
async function evacuate(fake: Fake, { row, args, status = 'accepted', attempt = 1 }: Request = {}): Promise<Migration> {
  const make = () => makeInstance({ host: DEAD, node: DEAD, task_state: 'rebuilding', ...row });
  const record = migration(status, row?.uuid);
  fake.conductor.instances.get.resolves(make());
  fake.conductor.instances.find.resolves([make()]);
  fake.conductor.migrations.get.resolves(record);
  const all = { instance: make(), migration: record, recreate: true, image_ref: null, injected_files: [], ...args };
  const handler = createHandlers(fake.parts).get('rebuild_instance');
  await handler?.(makeRequest('rebuild_instance', all, { attempt })).catch((error: unknown) => {
    failures.set(record, error);
  });
  return record;
}

const failures = new WeakMap<Migration, unknown>();

function failureOf(record: Migration): string {
  const error = failures.get(record);
  assert.ok(error instanceof ServiceError, 'it did not fail');
  return error.nova?.name ?? error.message;
}

const fields = (fake: Fake, name: string): unknown[] =>
  fake.saved.filter((one) => name in one.fields).map((one) => one.fields[name]);

/** Nothing of the try stays here, and the server stays on its dead host. */
function assertGivenBack(fake: Fake, record: Migration): void {
  assert.equal(record.get('status'), 'failed');
  assert.deepEqual(fake.networks.unplug.args, [[UUID]]);
  assert.deepEqual(fake.allocations.removeFrom.args, [[UUID, PROVIDER]]);
  assert.deepEqual(fields(fake, 'host'), []);
}

describe('compute/verbs/evacuate', () => {
  it('claims, has the image, binds the ports, makes the server, and only then says that it is here', async () => {
    const fake = lab();
    const record = await evacuate(fake);
    assert.deepEqual(fields(fake, 'task_state'), ['rebuild_spawning', null]);
    assert.ok(fake.networks.bind.calledAfter(fake.images.ensure));
    assert.ok(fake.networks.plug.calledAfter(fake.networks.bind));
    assert.ok(fake.containers.start.calledAfter(fake.containers.create));
    const { host, node, vm_state: vmState, migration_context: context } = fake.saved.at(-1)?.fields ?? {};
    assert.deepEqual([host, node, vmState, context], [HOST, HOST, 'active', null]);
    assert.deepEqual([record.get('status'), record.get('dest_compute')], ['done', HOST]);
    assert.equal(fake.containers.remove.callCount, 0);
    assert.equal(fake.allocations.removeFrom.callCount, 0);
  });

  it('has a context in the row before the ports are bound: word of them goes to the hosts that it names', async () => {
    const fake = lab();
    fake.networks.bind.callsFake(() => {
      assert.deepEqual(fields(fake, 'migration_context').length, 1);
      return Promise.resolve([]);
    });
    assert.equal((await evacuate(fake)).get('status'), 'done');
  });

  const stopped: [what: string, request: Request][] = [
    ['it was stopped', { row: { vm_state: 'stopped' } }],
    ['it is to be', { args: { target_state: 'stopped' } }],
  ];
  for (const [what, request] of stopped) {
    it(`leaves it stopped when ${what}`, async () => {
      const fake = lab();
      await evacuate(fake, request);
      assert.deepEqual([fake.containers.create.callCount, fake.containers.start.callCount], [1, 0]);
      assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'stopped');
    });
  }

  const refusals: [what: string, name: string, request: Request][] = [
    ['a disk on shared storage', 'InvalidSharedStorage', { args: { on_shared_storage: true } }],
    ['a server of a volume', 'InstanceEvacuateNotSupported', { row: { image_ref: '' } }],
  ];
  for (const [what, name, request] of refusals) {
    it(`refuses ${what}`, async () => {
      const fake = lab();
      const record = await evacuate(fake, request);
      assert.equal(failureOf(record), name);
      assertGivenBack(fake, record);
      assert.equal(fake.networks.bind.callCount, 0);
      assert.equal(fake.conductor.createFault.callCount, 1);
    });
  }

  it('refuses one that stands here, and leaves that alone', async () => {
    const fake = lab();
    fake.containers.state.resolves(containerState());
    const record = await evacuate(fake);
    assert.equal(failureOf(record), 'InstanceExists');
    assert.equal(record.get('status'), 'failed');
    assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.callCount], [0, 0]);
    assert.deepEqual(fake.allocations.removeFrom.args, [[UUID, PROVIDER]]);
  });

  it('that fails ends in ERROR on the dead host, with a fault and nothing here', async () => {
    const fake = lab();
    fake.containers.create.rejects(broken);
    const record = await evacuate(fake);
    assertGivenBack(fake, record);
    assert.deepEqual(fields(fake, 'vm_state'), ['error']);
    assert.equal(fields(fake, 'task_state').at(-1), null);
    assert.equal(fake.containers.remove.callCount, 1);
    assert.equal(fake.conductor.createFault.callCount, 1);
  });

  it('leaves the state of one whose group does not want it here', async () => {
    const fake = lab();
    const spec = create('RequestSpec', { scheduler_hints: { group: ['g'] } });
    fake.conductor.groups.ofHint.resolves({ uuid: 'g', policy: 'affinity', maxServersPerHost: 1, members: [] });
    fake.conductor.groups.hostsOf.resolves(['host-3']);
    const record = await evacuate(fake, { args: { request_spec: spec } });
    assert.equal(failureOf(record), 'GroupAffinityViolation');
    assert.deepEqual(fields(fake, 'vm_state'), []);
  });

  it('of two of a group that come at once and are to be apart makes one only', async () => {
    const fake = lab();
    const uuids = [UUID, '66666666-6666-4666-8666-666666666666'];
    const spec = create('RequestSpec', { scheduler_hints: { group: ['g'] } });
    const group = { uuid: 'g', policy: 'anti-affinity', maxServersPerHost: 1, members: uuids };
    fake.conductor.groups.ofHint.resolves(group);
    const coming = new Set<string>();
    fake.conductor.groups.movingTo.callsFake(() => Promise.resolve([...coming]));
    fake.conductor.migrations.save.callsFake((one: Migration) => {
      if (one.get('status') === 'pre-migrating') coming.add(one.get('instance_uuid') ?? '');
      return Promise.resolve();
    });
    const records = await Promise.all(
      uuids.map((uuid) => evacuate(fake, { row: { uuid }, args: { request_spec: spec } })),
    );
    assert.deepEqual(
      records.map((record) => record.get('status')),
      ['done', 'failed'],
    );
    assert.equal(failureOf(records[1] as Migration), 'GroupAffinityViolation');
  });

  it('is given up without a word when its user deletes the server, whose records are gone', async () => {
    const fake = lab();
    fake.networks.bind.rejects(novaError('InstanceNotFound'));
    const record = await evacuate(fake);
    assert.equal(failures.get(record), undefined);
    assertGivenBack(fake, record);
  });

  it('started before: goes on with what stands here', async () => {
    const fake = lab();
    fake.containers.state.resolves(containerState());
    const request = { row: { task_state: 'rebuild_spawning' }, status: 'pre-migrating', attempt: 2 };
    assert.equal((await evacuate(fake, request)).get('status'), 'done');
  });

  it('started before and failed: goes on giving back', async () => {
    const fake = lab();
    const request = { row: { task_state: 'rebuild_spawning' }, status: 'failed', attempt: 2 };
    assertGivenBack(fake, await evacuate(fake, request));
    assert.equal(fake.containers.create.callCount, 0);
  });

  it('started before and here already: only its migration and its event are left', async () => {
    const fake = lab();
    const row = { task_state: null, host: HOST, node: HOST };
    const record = await evacuate(fake, { row, status: 'pre-migrating', attempt: 2 });
    assert.deepEqual([record.get('status'), fake.containers.remove.callCount, fake.saved], ['done', 0, []]);
    assert.deepEqual(fake.conductor.events.finish.args, [[UUID, 'compute_rebuild_instance']]);
  });

  it('started before and not wanted any more: nothing stays here', async () => {
    const fake = lab();
    const record = await evacuate(fake, { row: { task_state: 'deleting' }, status: 'pre-migrating', attempt: 2 });
    assertGivenBack(fake, record);
    assert.equal(fake.containers.remove.callCount, 1);
  });

  it('started before and done, and gone again since: touches nothing', async () => {
    const fake = lab();
    fake.conductor.events.isFinished.resolves(true);
    await evacuate(fake, { row: { vm_state: 'resized', task_state: null }, status: 'done', attempt: 2 });
    assert.equal(fake.containers.remove.callCount, 0);
  });
});
