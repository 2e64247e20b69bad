import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createHandlers } from '../../../../src/compute/manager.js';
import { changedSettings } from '../../../../src/compute/verbs/resize/limits.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type Flavor, type Migration } from '../../../../src/objects/index.js';
import { fakeParts, HOST, makeInstance, makeRequest, novaError, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

const MIGRATION = '44444444-4444-4444-8444-444444444444';

function flavor(id: number, memoryMb: number, extraSpecs: Record<string, string> = {}): Flavor {
  return create('Flavor', {
    ...{ id, name: `f${id}`, flavorid: String(id), memory_mb: memoryMb, vcpus: 1, swap: 0 },
    ...{ root_gb: 1, ephemeral_gb: 0, extra_specs: extraSpecs },
  });
}

function migration(status: string): Migration {
  const places = { source_compute: HOST, source_node: HOST, dest_compute: HOST, dest_node: HOST };
  const made = create('Migration', { id: 7, uuid: MIGRATION, instance_uuid: UUID, status, ...places });
  made.resetChanges();
  return made;
}

const SMALL = flavor(1, 64);
const LARGE = flavor(2, 256);
const ODD = flavor(3, 512, { 'quota:disk_read_iops_sec': '9' });

interface Request {
  readonly row: Record<string, unknown>;
  readonly status?: string;
  readonly args?: Record<string, unknown>;
  readonly attempt?: number;
  /** As conductor has the row meanwhile. */
  readonly now?: Record<string, unknown>;
}

async function run(fake: Fake, method: string, request: Request): Promise<void> {
  const { row, status = 'x', args = {}, attempt = 1, now = {} } = request;
  const make = (changed = {}) =>
    makeInstance({ instance_type_id: 1, flavor: SMALL, old_flavor: null, new_flavor: null, ...row, ...changed });
  fake.conductor.instances.get.resolves(make(now));
  fake.conductor.migrations.get.resolves(migration(status));
  const all = { instance: make(), migration: migration(status), ...args };
  await createHandlers(fake.parts).get(method)?.(makeRequest(method, all, { attempt }));
}

function uses(fake: Fake, mib: number): void {
  fake.containers.usage.resolves({ memoryBytes: mib * 1024 * 1024 });
}

/** A row that cannot be saved. */
const refusing = (name: string): Fake['conductor']['instances']['save'] =>
  sinon.spy((_instance, _options) => Promise.reject(novaError(name)));

const casts = (fake: Fake): unknown[] =>
  (fake.conductor.peers.cast.args as [{ host: string; method: string }, string][]).map(([{ host, method }, id]) => [
    host,
    method,
    id,
  ]);
const statuses = (fake: Fake): unknown[] =>
  (fake.conductor.migrations.save.args as [Migration][]).map(([one]) => one.get('status'));
const limited = (fake: Fake): unknown[] =>
  (fake.containers.limit.args as [unknown, { instance: { flavor: { memoryMb: number } } }][]).map(
    ([, { instance }]) => instance.flavor.memoryMb,
  );

/** What a resize that is taken back leaves. */
function assertTakenBack(fake: Fake): void {
  const row = fake.saved.find(({ fields }) => fields['migration_context'] === null)?.fields;
  assert.deepEqual([row?.['flavor'], row?.['new_flavor'], row?.['task_state']], [SMALL, null, null]);
  assert.equal(
    fake.saved.some(({ fields }) => fields['vm_state'] === 'error'),
    false,
  );
  assert.deepEqual(fake.allocations.move.args, [[MIGRATION, UUID]]);
  assert.equal(statuses(fake).at(-1), 'error');
  assert.equal(fake.conductor.createFault.callCount, 1);
}

describe('compute/verbs/resize', () => {
  const prep = { row: { task_state: 'resize_prep' }, args: { flavor: LARGE } };

  it('is claimed and handed on, with an id that a repetition has, too', async () => {
    for (const attempt of [1, 2]) {
      const fake = fakeParts();
      uses(fake, 10);
      await run(fake, 'prep_resize', { ...prep, attempt });
      assert.equal(fake.saved[0]?.fields['new_flavor'], LARGE);
      assert.deepEqual(casts(fake), [[HOST, 'resize_instance', 'unique-1-resize']]);
    }
  });

  const refused: [string, number, Record<string, unknown>][] = [
    ['smaller than what is in use', 90, { flavor: SMALL }],
    ['that needs a new container where none can have the disk', 10, { flavor: ODD }],
    ['that sets what the policy refuses', 10, { flavor: flavor(3, 512, { 'docker:shm_size': 'much' }) }],
  ];
  for (const [name, mib, args] of refused) {
    it(`to a flavor ${name} is taken back before anything is touched`, async () => {
      const fake = fakeParts();
      uses(fake, mib);
      fake.disks.checkCarriable.rejects(new ServiceError('Unsupported', 'No overlay2 here.'));
      await assert.rejects(run(fake, 'prep_resize', { row: { task_state: 'resize_prep', instance_type_id: 9 }, args }));
      assertTakenBack(fake);
      assert.deepEqual([casts(fake), limited(fake)], [[], []]);
    });
  }

  it('to the flavor that it has is refused', async () => {
    const fake = fakeParts();
    const row = { task_state: 'resize_prep', instance_type_id: 2 };
    await assert.rejects(run(fake, 'prep_resize', { ...prep, row }));
    assertTakenBack(fake);
  });

  it('does not stop the server, and passes the steps in their order', async () => {
    const fake = fakeParts();
    await run(fake, 'resize_instance', { row: { task_state: 'resize_prep', new_flavor: LARGE } });
    assert.deepEqual(statuses(fake).at(-1), 'post-migrating');
    assert.deepEqual([fake.containers.stop.callCount, fake.disks.take.callCount], [0, 0]);
    assert.deepEqual(casts(fake), [[HOST, 'finish_resize', 'unique-1-finish']]);
  });

  const migrated = { task_state: 'resize_migrated', old_flavor: SMALL, new_flavor: LARGE };

  it('gives the container its new limits and waits for the user', async () => {
    const fake = fakeParts();
    uses(fake, 10);
    await run(fake, 'finish_resize', { row: migrated });
    assert.deepEqual(limited(fake), [256]);
    const last = fake.saved.at(-1)?.fields;
    assert.deepEqual([last?.['vm_state'], last?.['task_state']], ['resized', null]);
    assert.equal(statuses(fake).at(-1), 'finished');
  });

  it('that the engine refuses is taken back, its limits too', async () => {
    const fake = fakeParts();
    uses(fake, 10);
    fake.containers.limit.onFirstCall().rejects(new ServiceError('Invalid', 'no'));
    await assert.rejects(run(fake, 'finish_resize', { row: migrated }));
    assert.deepEqual(limited(fake), [256, 64]);
    assertTakenBack(fake);
  });

  const moments: [string, Record<string, unknown>][] = [
    ['prep_resize', prep.row],
    ['resize_instance', { task_state: 'resize_prep', new_flavor: LARGE }],
    ['finish_resize', migrated],
  ];
  for (const [method, row] of moments) {
    for (const attempt of [1, 2]) {
      it(`${method} of a server that is deleted meanwhile gives back what the resize holds (attempt ${attempt})`, async () => {
        const fake = fakeParts();
        uses(fake, 10);
        fake.conductor.instances.save = refusing('UnexpectedDeletingTaskStateError');
        const gone = { ...row, task_state: 'deleting' };
        const work = run(fake, method, { row, status: 'migrating', args: { flavor: LARGE }, attempt, now: gone });
        await (attempt === 1 ? assert.rejects(work) : work);
        assert.deepEqual([fake.allocations.move.args, fake.allocations.remove.args], [[], [[MIGRATION]]]);
        assert.equal(statuses(fake).at(-1), 'error');
      });
    }
  }

  it('of a server that somebody else changes meanwhile is his business', async () => {
    const fake = fakeParts();
    fake.conductor.instances.save = refusing('UnexpectedTaskStateError');
    await assert.rejects(run(fake, 'finish_resize', { row: migrated }));
    assert.deepEqual([fake.allocations.move.callCount, fake.allocations.remove.callCount], [0, 0]);
  });

  const resized = { vm_state: 'resized', task_state: null, flavor: LARGE, old_flavor: SMALL, new_flavor: LARGE };

  for (const [status, vmState] of [['confirming', 'resized'] as const, ['confirmed', 'active'] as const]) {
    it(`is confirmed; found ${status} it ends the same`, async () => {
      const fake = fakeParts();
      await run(fake, 'confirm_resize', { row: { ...resized, vm_state: vmState }, status, attempt: 2 });
      assert.deepEqual(fake.allocations.remove.args, [[MIGRATION]]);
      if (vmState === 'resized') assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
    });
  }

  const interrupted: [string, Record<string, unknown> | undefined][] = [
    ['is at work again', { ...resized, vm_state: 'active', task_state: 'powering-off' }],
    ['is deleted', undefined],
  ];
  for (const [name, row] of interrupted) {
    it(`that was interrupted while it was confirmed ends, also when the server ${name}`, async () => {
      const fake = fakeParts();
      const work = run(fake, 'confirm_resize', { row: row ?? resized, status: 'confirming', attempt: 2 });
      if (row === undefined) fake.conductor.instances.get.rejects(novaError('InstanceNotFound'));
      await work;
      assert.deepEqual(fake.allocations.remove.args, [[MIGRATION]]);
      assert.deepEqual([statuses(fake), fake.saved], [['confirmed'], []]);
    });
  }

  it('that is confirmed already does not confirm the next one', async () => {
    const fake = fakeParts();
    await run(fake, 'confirm_resize', { row: resized, status: 'confirmed', attempt: 2 });
    assert.deepEqual(fake.saved, []);
  });

  it('that is not to be confirmed is left alone', async () => {
    const fake = fakeParts();
    await run(fake, 'confirm_resize', { row: resized, status: 'reverted' });
    assert.deepEqual([fake.saved, fake.allocations.remove.callCount], [[], 0]);
  });

  it('is not reverted below what is in use: it can still be confirmed', async () => {
    const fake = fakeParts();
    uses(fake, 90);
    await assert.rejects(run(fake, 'revert_resize', { row: { ...resized, task_state: 'resize_reverting' } }));
    assert.deepEqual([statuses(fake), casts(fake), limited(fake)], [['finished'], [], []]);
    assert.equal(fake.saved.at(-1)?.fields['task_state'], null);
  });

  it('is reverted: limits, flavor and allocation as they were', async () => {
    const fake = fakeParts();
    uses(fake, 10);
    const row = { ...resized, task_state: 'resize_reverting', system_metadata: { old_vm_state: 'stopped', a: 'b' } };
    await run(fake, 'finish_revert_resize', { row });
    assert.deepEqual([limited(fake), fake.allocations.move.args], [[64], [[MIGRATION, UUID]]]);
    const last = fake.saved.at(-1)?.fields;
    assert.deepEqual([last?.['vm_state'], last?.['flavor'], last?.['system_metadata']], ['stopped', SMALL, { a: 'b' }]);
  });

  it('names the settings that a container keeps for life', () => {
    const before = { cpu_shares: 5, disk_read_iops_sec: 1, env: { A: 'b' } };
    const after = { cpu_quota: 7000, disk_read_iops_sec: 2, env: { A: 'b' }, shm_size: 9 };
    assert.deepEqual(changedSettings(before, after), ['disk_read_iops_sec', 'shm_size']);
  });
});
