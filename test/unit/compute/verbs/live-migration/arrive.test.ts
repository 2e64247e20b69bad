import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { newKey, seal } from '../../../../../src/compute/carry/seal.js';
import { sealing } from '../../../../../src/compute/carry/seal-stream.js';
import { POWER_STATE, type ContainerPlan } from '../../../../../src/compute/ports/containers.js';
import { decideArrival, type ArrivalStep } from '../../../../../src/compute/verbs/live-migration/arrive.js';
import { memoryImageId } from '../../../../../src/compute/verbs/live-migration/migration.js';
import { ServiceError } from '../../../../../src/errors/kinds.js';
import { containerState, fakeParts, HOST, novaError, UUID } from '../../parts.js';
import { casts, last, migration, MIGRATION, OTHER, run, watchStatuses, type Asked, type Fake } from './scene.js';

const KEY = newKey();
const MEMORY = memoryImageId(migration(HOST, 'x'));
const BACK = `rollback_live_migration_at_source to ${OTHER}`;
const THERE = `post_live_migration_at_source to ${OTHER}`;

/** A host on which nothing of the server stands yet, and a Glance that has its memory. */
function target(): Fake {
  const fake = fakeParts();
  fake.containers.state.resolves(undefined);
  fake.containers.create.callsFake(() => {
    fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    return Promise.resolve(containerState(POWER_STATE.SHUTDOWN));
  });
  fake.checkpoints.restore.callsFake(() => {
    fake.containers.state.resolves(containerState());
    return Promise.resolve();
  });
  fake.library.download.callsFake((id: string) => {
    const sealed = Readable.from([Buffer.from('what was in memory')]).pipe(sealing(KEY, id));
    return Promise.resolve(sealed);
  });
  fake.checkpoints.place.callsFake((_key: unknown, _name: string, body: Readable) => buffer(body));
  return fake;
}

const coming: Asked = {
  to: HOST,
  status: 'post-migrating',
  row: { system_metadata: { live_migration_key: KEY, other: 'kept' } },
  args: { availability_zone: 'zone-2' },
};
const arrive = (fake: Fake, more: Partial<Asked> = {}) =>
  run(fake, 'post_live_migration_at_destination', { ...coming, ...more });

describe('compute/verbs/live-migration: the host that a server comes to', () => {
  it('makes it of its disk, on its ports, and takes it up where it was frozen', async () => {
    const fake = target();
    await arrive(fake);
    const { create } = fake.containers;
    assert.ok(fake.networks.plug.calledAfter(fake.networks.takeOver) && create.calledAfter(fake.networks.plug));
    assert.ok(fake.checkpoints.place.calledAfter(create));
    assert.ok(fake.checkpoints.restore.calledAfter(fake.checkpoints.place));
    assert.equal(String(await (fake.checkpoints.place.returnValues[0] as Promise<Buffer>)), 'what was in memory');
    assert.deepEqual([fake.containers.start.callCount, fake.networks.checkHeld.callCount], [0, 1]);
  });

  it('says that it is here only when it runs, and tells the other host', async () => {
    const fake = target();
    await arrive(fake);
    assert.deepEqual(
      fake.saved.map(({ fields }) => 'host' in fields),
      [false, true],
    );
    const { host, node, task_state: task, power_state: power, availability_zone: zone } = last(fake);
    assert.deepEqual([host, node, task, power, zone], [HOST, HOST, null, POWER_STATE.RUNNING, 'zone-2']);
    const { system_metadata: kept, migration_context: context, progress } = last(fake);
    assert.deepEqual([kept, context, progress], [{ other: 'kept' }, null, 0]);
    assert.deepEqual(casts(fake), [THERE]);
    const removed = fake.library.remove.args.map(([id]) => id as string);
    assert.deepEqual(removed.toSorted(), [MIGRATION, MEMORY].toSorted());
  });

  it('gives it what only the other host had of it', async () => {
    const fake = target();
    const told = JSON.stringify({ injected_files: [], admin_password: 'p4ss', random_seed: 'c2VlZA==' });
    fake.images.ensure.resolves({
      ...{ imageId: MIGRATION, reference: 'x', sizeBytes: 1, sealed: seal(told, KEY, UUID) },
      defaults: { entrypoint: [], command: ['sh'], labels: {}, variables: [], volumes: [] },
    });
    await arrive(fake, { row: { ...coming.row, config_drive: 'True' } });
    const [[wish]] = fake.folders.writeDrive.args as [[{ adminPassword: string; randomSeed: string }]];
    assert.deepEqual([wish.adminPassword, wish.randomSeed], ['p4ss', 'c2VlZA==']);
    const [[plan]] = fake.containers.create.args as [[ContainerPlan]];
    assert.deepEqual(plan.contents, []);
  });

  const refuse = new ServiceError('Unsupported', 'criu: no');
  const failures: [what: string, prepare: (fake: Fake) => void][] = [
    ['a port is refused here', (fake) => fake.networks.takeOver.rejects(refuse)],
    ['its disk can’t be fetched', (fake) => fake.images.ensure.rejects(refuse)],
    ['its ports can’t be plugged', (fake) => fake.networks.plug.rejects(refuse)],
    ['it can’t be made', (fake) => fake.containers.create.rejects(refuse)],
    ['its memory can’t be fetched', (fake) => fake.library.download.rejects(refuse)],
    ['its memory can’t be placed', (fake) => fake.checkpoints.place.rejects(refuse)],
    ['it can’t be taken up', (fake) => fake.checkpoints.restore.rejects(refuse)],
    ['it came without its ports', (fake) => fake.networks.checkHeld.rejects(refuse)],
  ];
  for (const [what, prepare] of failures) {
    it(`sends it back when ${what}, and keeps nothing`, async () => {
      const fake = target();
      prepare(fake);
      const statuses = watchStatuses(fake);
      await assert.rejects(arrive(fake), /criu: no/);
      assert.deepEqual([statuses, casts(fake)], [['failed'], [BACK]]);
      assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.callCount], [1, 1]);
      assert.deepEqual([fake.checkpoints.forget.callCount, fake.folders.remove.callCount], [1, 1]);
      // Its memory is the other host's still, and its states.
      assert.ok(fake.saved.every(({ fields }) => !('task_state' in fields) && !('host' in fields)));
      assert.equal(fake.conductor.createFault.callCount, 1);
    });
  }

  it('takes nothing up of which a byte was changed on its way', async () => {
    const fake = target();
    fake.library.download.resolves(Readable.from([Buffer.alloc(100)]));
    await assert.rejects(arrive(fake), /was changed on its way/);
    assert.deepEqual([fake.checkpoints.restore.callCount, casts(fake)], [0, [BACK]]);
  });

  it('keeps nothing of a server whose states somebody has reset meanwhile', async () => {
    const fake = target();
    await assert.rejects(arrive(fake, { row: { ...coming.row, task_state: null } }), /was ended/);
    assert.deepEqual([fake.checkpoints.restore.callCount, casts(fake)], [0, [BACK]]);
  });

  it('keeps nothing of one that is deleted while it is taken up', async () => {
    const fake = target();
    const work = arrive(fake, {});
    fake.checkpoints.restore.rejects(novaError('InstanceNotFound'));
    await assert.rejects(work);
    assert.deepEqual([fake.containers.remove.callCount, casts(fake)], [1, [BACK]]);
  });

  it('keeps nothing of one of which no row is left', async () => {
    const fake = target();
    fake.conductor.migrations.save.rejects(novaError('MigrationNotFound'));
    await run(fake, 'post_live_migration_at_destination', { ...coming, isGone: true });
    assert.deepEqual([fake.containers.remove.callCount, fake.checkpoints.restore.callCount], [1, 0]);
    assert.deepEqual(casts(fake), [BACK]);
    const there = fakeParts();
    there.conductor.migrations.save.rejects(novaError('MigrationNotFound'));
    await run(there, 'rollback_live_migration_at_source', { to: OTHER, status: 'post-migrating', isGone: true });
    assert.deepEqual([there.allocations.remove.args, there.checkpoints.forget.callCount], [[[MIGRATION]], 1]);
  });

  const table: [facts: Parameters<typeof decideArrival>[0], step: ArrivalStep][] = [
    [{ status: 'post-migrating', isHere: false, isMoving: true }, 'arrive'],
    [{ status: 'post-migrating', isHere: true, isMoving: false }, 'say-so'],
    [{ status: 'post-migrating', isHere: true, isMoving: true }, 'say-so'],
    [{ status: 'completed', isHere: true, isMoving: false }, 'over'],
    [{ status: 'completed', isHere: false, isMoving: false }, 'over'],
    [{ status: 'failed', isHere: false, isMoving: true }, 'go-back'],
    [{ status: 'post-migrating', isHere: false, isMoving: false }, 'go-back'],
  ];
  for (const [facts, step] of table) {
    it(`finds after a kill ${JSON.stringify(facts)}: ${step}`, () => assert.equal(decideArrival(facts), step));
  }

  it('does not take up again what runs', async () => {
    const fake = target();
    fake.containers.state.resolves(containerState());
    await arrive(fake, { attempt: 2 });
    assert.deepEqual([fake.checkpoints.restore.callCount, last(fake)['host'], casts(fake)], [0, HOST, [THERE]]);
  });

  it('takes up what an earlier try had begun to take up', async () => {
    const fake = target();
    fake.checkpoints.place.rejects(new ServiceError('Conflict', 'It has run.'));
    await arrive(fake, { attempt: 2 });
    assert.deepEqual([fake.checkpoints.restore.callCount, casts(fake)], [1, [THERE]]);
  });

  it('tells the other host once more when it was killed before it had', async () => {
    const fake = target();
    await arrive(fake, { attempt: 2, row: { host: HOST, task_state: null } });
    assert.deepEqual([fake.saved, casts(fake)], [[], [THERE]]);
  });

  it('removes what came of one that has not come, unless it has come since', async () => {
    const fake = target();
    await run(fake, 'rollback_live_migration_at_destination', { to: HOST, status: 'failed' });
    assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.callCount], [1, 1]);
    const later = target();
    await run(later, 'rollback_live_migration_at_destination', { to: HOST, row: { host: HOST, task_state: null } });
    assert.equal(later.containers.remove.callCount, 0);
  });
});

describe('compute/verbs/live-migration: how it ended, on the host that it left', () => {
  it('keeps nothing of a server that runs elsewhere', async () => {
    const fake = fakeParts();
    const statuses = watchStatuses(fake);
    const row = { host: OTHER, task_state: null };
    await run(fake, 'post_live_migration_at_source', { to: OTHER, status: 'post-migrating', row });
    assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.callCount], [1, 1]);
    assert.deepEqual([fake.checkpoints.forget.callCount, fake.allocations.remove.args], [1, [[MIGRATION]]]);
    assert.deepEqual([statuses, fake.networks.forgetBindings.args[0]?.[1], fake.saved], [['completed'], HOST, []]);
  });

  it('leaves one alone that is here', async () => {
    const fake = fakeParts();
    await run(fake, 'post_live_migration_at_source', { to: OTHER, row: { host: HOST, task_state: null } });
    assert.equal(fake.containers.remove.callCount, 0);
  });

  it('takes one up again that comes back, and casts nothing', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    await run(fake, 'rollback_live_migration_at_source', { to: OTHER, status: 'failed' });
    assert.ok(fake.checkpoints.restore.calledAfter(fake.networks.plug));
    assert.deepEqual(
      [last(fake)['task_state'], fake.allocations.move.args, casts(fake)],
      [null, [[MIGRATION, UUID]], []],
    );
  });

  it('says when one that comes back had to be started anew', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    fake.checkpoints.restore.rejects(new ServiceError('Unsupported', 'criu: no'));
    await assert.rejects(run(fake, 'rollback_live_migration_at_source', { to: OTHER, status: 'failed' }), /is lost/);
    assert.deepEqual([fake.containers.start.callCount, last(fake)['task_state']], [1, null]);
  });

  it('leaves one off that its owner has stopped since', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    const row = { task_state: null, vm_state: 'stopped' };
    await run(fake, 'rollback_live_migration_at_source', { to: OTHER, status: 'failed', row });
    assert.deepEqual([fake.checkpoints.restore.callCount, fake.containers.start.callCount], [0, 0]);
  });

  it('gives back what a deleted one held', async () => {
    const fake = fakeParts();
    await run(fake, 'rollback_live_migration_at_source', {
      to: OTHER,
      status: 'failed',
      row: { task_state: 'deleting' },
    });
    assert.deepEqual([fake.allocations.remove.args, fake.checkpoints.restore.callCount], [[[MIGRATION]], 0]);
  });
});
