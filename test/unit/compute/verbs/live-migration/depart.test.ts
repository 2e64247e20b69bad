import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createHandlers } from '../../../../../src/compute/manager.js';
import { POWER_STATE } from '../../../../../src/compute/ports/containers.js';
import { decideDeparture, type DepartureStep } from '../../../../../src/compute/verbs/live-migration/depart.js';
import { memoryImageId } from '../../../../../src/compute/verbs/live-migration/migration.js';
import { ServiceError } from '../../../../../src/errors/kinds.js';
import { containerState, fakeParts, makeInstance, makeRequest, novaError, UUID } from '../../parts.js';
import {
  casts,
  last,
  lastCast,
  migration,
  MIGRATION,
  OTHER,
  run,
  watchStatuses,
  type Asked,
  type Fake,
} from './scene.js';

const MEMORY = memoryImageId(migration(OTHER, 'x'));
const WITHDRAWN = `rollback_live_migration_at_destination to ${OTHER}`;

/** A host whose engine freezes and takes up, and a Glance that reads what it is sent. */
function source(): Fake {
  const fake = fakeParts();
  fake.checkpoints.take.callsFake(() => {
    fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    return Promise.resolve({ bytes: 100 });
  });
  fake.checkpoints.restore.callsFake(() => {
    fake.containers.state.resolves(containerState());
    return Promise.resolve();
  });
  fake.library.upload.callsFake((_id: string, data: Readable) => buffer(data));
  return fake;
}

const leaving: Asked = { to: OTHER };
const depart = (fake: Fake, more: Partial<Asked> = {}) => run(fake, 'live_migration', { ...leaving, ...more });

describe('compute/verbs/live-migration: the host that a server leaves', () => {
  it('prepares the other host, freezes, sends disk and memory, and hands on', async () => {
    const fake = source();
    const statuses = watchStatuses(fake);
    await depart(fake, { sent: { availability_zone: 'zone-2' } });
    assert.deepEqual(statuses, ['queued', 'preparing', 'running', 'post-migrating']);
    const [[asked, how]] = fake.conductor.peers.call.args as [[{ host: string; method: string }, { isLong: boolean }]];
    assert.deepEqual([asked.host, asked.method, how.isLong], [OTHER, 'pre_live_migration', true]);
    assert.ok(fake.checkpoints.take.calledAfter(fake.conductor.peers.call));
    assert.ok(fake.disks.take.calledAfter(fake.checkpoints.take));
    assert.deepEqual(fake.library.upload.args.map(([id]) => id as string).toSorted(), [MIGRATION, MEMORY].toSorted());
    const { host, method, args } = lastCast(fake);
    assert.deepEqual([host, method], [OTHER, 'post_live_migration_at_destination']);
    assert.equal(args['availability_zone'], 'zone-2');
  });

  it('leaves the row with this host: it can be started here whatever becomes of the other one', async () => {
    const fake = source();
    await depart(fake, { sent: { availability_zone: 'zone-2' } });
    const written = fake.saved.flatMap(({ fields }) => Object.keys(fields));
    assert.ok(!['host', 'task_state', 'availability_zone'].some((field) => written.includes(field)));
    assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.callCount], [0, 0]);
  });

  it('keeps the key in the row, and shows nobody what it seals', async () => {
    const fake = source();
    const uploads = new Map<string, Buffer>();
    fake.library.upload.callsFake(async (id: string, data: Readable) => void uploads.set(id, await buffer(data)));
    const secret = { injectedFiles: [], adminPassword: 'pass-word', randomSeed: null };
    fake.folders.belongings.resolves(secret);
    await depart(fake);
    const [{ fields } = { fields: {} }] = fake.saved as { fields: Record<string, unknown> }[];
    const kept = fields['system_metadata'] as Record<string, string>;
    assert.equal(Buffer.from(kept['live_migration_key'] ?? '', 'base64').length, 32);
    assert.ok(fields['migration_context']);
    assert.ok(!uploads.get(MEMORY)?.includes('memory'));
    const [[, sealed]] = fake.disks.archive.args as unknown as [[unknown, string]];
    assert.ok(sealed.length > 0 && !Buffer.from(sealed, 'base64').includes('pass-word'));
  });

  const failures: [what: string, prepare: (fake: Fake) => void, runsOn: boolean][] = [
    ['the other host refuses', (fake) => fake.conductor.peers.call.rejects(new ServiceError('Conflict', 'no')), true],
    ['it can’t be frozen', (fake) => fake.checkpoints.take.rejects(new ServiceError('Unsupported', 'no')), true],
    ['its disk can’t be taken', (fake) => fake.disks.take.rejects(new ServiceError('Unavailable', 'no')), false],
    ['its memory can’t be read', (fake) => fake.checkpoints.read.rejects(new ServiceError('NotFound', 'no')), false],
    ['Glance takes nothing', (fake) => fake.library.upload.rejects(new ServiceError('Forbidden', 'no')), false],
    [
      'nothing can be made in Glance',
      (fake) => fake.library.create.rejects(new ServiceError('Forbidden', 'no')),
      false,
    ],
  ];
  for (const [what, prepare, runsOn] of failures) {
    it(`goes on with it when ${what}, and nothing is left`, async () => {
      const fake = source();
      prepare(fake);
      const statuses = watchStatuses(fake);
      await assert.rejects(depart(fake), /no$/);
      assert.equal(statuses.at(-1), 'failed');
      assert.equal(fake.checkpoints.restore.callCount, runsOn ? 0 : 1);
      assert.equal(
        (await fake.containers.state({ instanceUuid: UUID, role: 'main' }))?.powerState,
        POWER_STATE.RUNNING,
      );
      assert.deepEqual([last(fake)['task_state'], last(fake)['vm_state']], [null, undefined]);
      assert.deepEqual(fake.allocations.move.args, [[MIGRATION, UUID]]);
      assert.ok(fake.networks.takeOver.callCount === 1 && fake.networks.forgetBindings.args[0]?.[1] === OTHER);
      const removed = fake.library.remove.args.map(([id]) => id as string);
      assert.ok(removed.includes(MIGRATION) && removed.includes(MEMORY));
      assert.deepEqual(casts(fake), [WITHDRAWN]);
      assert.deepEqual([fake.checkpoints.forget.callCount, fake.conductor.createFault.callCount], [1, 1]);
    });
  }

  it('starts it anew when it can’t even be taken up where it was, and says so', async () => {
    const fake = source();
    fake.library.upload.rejects(new ServiceError('Forbidden', 'quota.'));
    fake.checkpoints.restore.rejects(new ServiceError('Unsupported', 'criu: no'));
    await assert.rejects(depart(fake), /^ServiceError: quota\. .*started anew: what it had in memory is lost/);
    assert.deepEqual([fake.containers.start.callCount, last(fake)['task_state']], [1, null]);
  });

  it('goes on although its ports can’t be bound here again', async () => {
    const fake = source();
    fake.library.upload.rejects(new ServiceError('Forbidden', 'quota'));
    fake.networks.takeOver.rejects(new ServiceError('Conflict', 'port gone'));
    await assert.rejects(depart(fake), /quota/);
    assert.deepEqual([fake.checkpoints.restore.callCount, last(fake)['task_state']], [1, null]);
  });

  it('gives back what a server held that is deleted meanwhile', async () => {
    const fake = source();
    fake.disks.take.rejects(novaError('InstanceNotFound'));
    const statuses = watchStatuses(fake);
    await assert.rejects(depart(fake));
    assert.deepEqual([fake.allocations.remove.args, fake.checkpoints.restore.callCount], [[[MIGRATION]], 0]);
    assert.deepEqual([statuses.at(-1), casts(fake), fake.checkpoints.forget.callCount], ['error', [WITHDRAWN], 1]);
  });

  const table: [status: string, isMoving: boolean, step: DepartureStep][] = [
    ['accepted', true, 'depart'],
    ['preparing', true, 'depart'],
    ['running', true, 'depart'],
    ['running', false, 'take-back'],
    ['post-migrating', true, 'hand-on'],
    ['post-migrating', false, 'over'],
    ['completed', false, 'over'],
    ['failed', true, 'take-back'],
    ['failed', false, 'failed'],
    ['cancelled', true, 'take-back'],
    ['cancelled', false, 'over'],
  ];
  for (const [status, isMoving, step] of table) {
    it(`finds after a kill a migration that is ${status}, of a server that ${isMoving ? 'moves' : 'does not'}: ${step}`, () => {
      assert.equal(decideDeparture({ status, isMoving }), step);
    });
  }

  it('freezes only once', async () => {
    const fake = source();
    await depart(fake, { attempt: 2, status: 'running' });
    assert.deepEqual([fake.conductor.peers.call.callCount, fake.checkpoints.take.callCount], [0, 1]);
  });
});

describe('compute/verbs/live-migration: abort and force complete', () => {
  const about = (method: string, args = {}) => makeRequest(method, { instance: makeInstance(), ...args });

  it('ends one that has not been handed on: the server goes on, and that is no failure', async () => {
    const fake = source();
    const statuses = watchStatuses(fake);
    const abort = () =>
      createHandlers(fake.parts).get('live_migration_abort')?.(about('live_migration_abort', { migration_id: 7 }));
    let aborting: Promise<unknown> | undefined;
    fake.library.upload.callsFake((_id: string, _data: Readable, _context: unknown, signal: AbortSignal) => {
      aborting ??= abort();
      return new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason as Error);
        else signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    await depart(fake);
    await aborting;
    assert.deepEqual([statuses.at(-1), last(fake)['task_state']], ['cancelled', null]);
    assert.deepEqual([fake.checkpoints.restore.callCount, fake.conductor.createFault.callCount], [1, 0]);
    const tellings = fake.notifications.instance.args as [{ action: string; phase: string }][];
    const told = tellings.map(([{ action, phase }]) => `${action} ${phase}`);
    assert.equal(told.at(-1), 'live_migration_abort end');
  });

  it('lets the engine end what it has begun, and takes the server up then', async () => {
    const fake = source();
    let aborting: Promise<unknown> | undefined;
    fake.checkpoints.take.callsFake(async (_key: unknown, _name: string, signal: AbortSignal) => {
      const request = about('live_migration_abort', { migration_id: 7 });
      aborting = createHandlers(fake.parts).get('live_migration_abort')?.(request);
      await new Promise(setImmediate);
      assert.equal(signal.aborted, false);
      fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
      return { bytes: 1 };
    });
    await depart(fake);
    await aborting;
    assert.deepEqual([fake.checkpoints.restore.callCount, fake.library.create.callCount], [1, 0]);
    assert.equal(last(fake)['task_state'], null);
  });

  it('ends one that waits for its turn: nothing of it had begun', async () => {
    const fake = source();
    const statuses = watchStatuses(fake);
    const ending = new AbortController();
    const other = fake.parts.limits.liveMigrations.run(ending.signal, () => once(ending.signal, 'abort'));
    const departing = depart(fake);
    while (statuses.at(-1) !== 'queued') await new Promise(setImmediate);
    await createHandlers(fake.parts).get('live_migration_abort')?.(about('live_migration_abort', { migration_id: 7 }));
    await departing;
    ending.abort();
    await other;
    assert.deepEqual([statuses.at(-1), fake.conductor.peers.call.callCount], ['cancelled', 0]);
    assert.deepEqual([fake.checkpoints.take.callCount, fake.checkpoints.restore.callCount], [0, 0]);
    assert.equal(last(fake)['task_state'], null);
  });

  for (const method of ['live_migration_abort', 'live_migration_force_complete']) {
    it(`${method} says that there is none`, async () => {
      const fake = source();
      const request = about(method, { migration_id: 7 });
      const work = createHandlers(fake.parts).get(method)?.(request);
      await assert.rejects(work ?? Promise.resolve(), (error) => {
        return error instanceof ServiceError && error.nova?.name === 'InvalidMigrationState';
      });
    });
  }

  it('says of one that is under way that nothing has to be forced', async () => {
    const fake = source();
    fake.conductor.migrations.underWay.resolves([migration(OTHER, 'running')]);
    await createHandlers(fake.parts).get('live_migration_force_complete')?.(about('live_migration_force_complete'));
    assert.equal(fake.conductor.createFault.callCount, 0);
  });
});
