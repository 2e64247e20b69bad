import assert from 'node:assert/strict';
import { treatDeletedOnHost } from '../../../../src/compute/chores/deleted.js';
import { createOrphanWatch, judgeRemains } from '../../../../src/compute/chores/orphans.js';
import { cleanAfterDeletes } from '../../../../src/compute/chores/pending-deletes.js';
import type { ChoreSettings } from '../../../../src/compute/chores/settings.js';
import type { FieldsOf } from '../../../../src/objects/index.js';
import { memoryLog } from '../../../double/logger.js';
import { containerState, HOST, makeInstance, UUID } from '../parts.js';
import { ago, setUp } from './setting.js';

const KEY = { instanceUuid: UUID, role: 'main' };
const RESCUE = { instanceUuid: UUID, role: 'rescue' } as const;

/** Two containers and ports of one instance stand on the host. */
function withRemains(settings: Partial<ChoreSettings> = {}) {
  const set = setUp(settings);
  set.fake.containers.states.resolves([containerState(), { ...containerState(), key: RESCUE }]);
  set.fake.networks.held.resolves([UUID]);
  return set;
}

describe('compute/chores: what is left of deleted servers', () => {
  it('is removed: containers of every role, then ports', async () => {
    const { fake, chore, knows } = withRemains();
    knows({ deleted: true, deleted_at: ago(1) });
    await treatDeletedOnHost(chore);
    assert.deepEqual(fake.containers.remove.args, [[RESCUE], [KEY]]);
    const removals = fake.containers.remove.getCalls();
    assert.ok(fake.disks.conceal.calledOnceWithExactly(UUID));
    assert.ok(removals[0]?.calledBefore(fake.disks.conceal.firstCall));
    assert.ok(removals[1]?.calledAfter(fake.disks.conceal.firstCall));
    assert.deepEqual(fake.networks.unplug.args, [[UUID]]);
    assert.deepEqual([fake.cpus.release.args, fake.folders.remove.args], [[[UUID]], [[UUID]]]);
    assert.deepEqual(fake.conductor.instances.find.args[0]?.[0], { uuids: [UUID], deleted: true });
  });

  const actions: [ChoreSettings['deletedAction'], { removed: number; stopped: number }][] = [
    ['reap', { removed: 2, stopped: 0 }],
    ['shutdown', { removed: 0, stopped: 2 }],
    ['log', { removed: 0, stopped: 0 }],
    ['noop', { removed: 0, stopped: 0 }],
  ];
  for (const [deletedAction, { removed, stopped }] of actions) {
    it(`${deletedAction}: ${removed} removed, ${stopped} stopped`, async () => {
      const { fake, chore, knows } = withRemains({ deletedAction });
      knows({ deleted: true, deleted_at: ago(1) });
      await treatDeletedOnHost(chore);
      assert.deepEqual([fake.containers.remove.callCount, fake.containers.stop.callCount], [removed, stopped]);
    });
  }

  it('is left to a deletion that is under way, and until running_deleted_instance_timeout', async () => {
    const requested = withRemains();
    requested.knows({ deleted: true, deleted_at: ago(1) });
    requested.requested.add(UUID);
    await treatDeletedOnHost(requested.chore);
    const early = withRemains({ deletedTimeoutMs: 120_000 });
    early.knows({ deleted: true, deleted_at: ago(1) });
    await treatDeletedOnHost(early.chore);
    for (const { fake } of [requested, early]) assert.equal(fake.containers.remove.callCount, 0);
  });

  it('asks Nova nothing when the host is empty', async () => {
    const { fake, chore } = setUp();
    await treatDeletedOnHost(chore);
    assert.equal(fake.conductor.instances.find.callCount, 0);
  });

  it('is written down as clean when it is; one that cannot be cleaned counts its attempts', async () => {
    const good = withRemains();
    good.knows({ deleted: true, system_metadata: {} });
    await cleanAfterDeletes(good.chore);
    assert.deepEqual(good.fake.saved.at(-1)?.fields, { system_metadata: { clean_attempts: '1' }, cleaned: true });
    const bad = withRemains();
    bad.knows({ deleted: true, system_metadata: { clean_attempts: '3' } });
    bad.fake.containers.remove.rejects(new Error('engine away'));
    await cleanAfterDeletes(bad.chore);
    assert.deepEqual(bad.fake.saved.at(-1)?.fields, { system_metadata: { clean_attempts: '4' } });
  });

  it('is given up after maximum_instance_delete_attempts', async () => {
    const { fake, chore, knows } = withRemains();
    knows({ deleted: true, system_metadata: { clean_attempts: '5' } });
    await cleanAfterDeletes(chore);
    assert.deepEqual([fake.saved.length, fake.containers.remove.callCount], [0, 0]);
  });
});

describe('compute/chores: orphans', () => {
  type Judged = 'none' | 'removable' | 'kept';
  const elsewhere = { host: 'host-2', vm_state: 'active' };
  const table: [string, Partial<FieldsOf<'Instance'>> | undefined, Judged][] = [
    ['no row', undefined, 'removable'],
    ['ours', {}, 'none'],
    ['deleted, which is other business', { ...elsewhere, deleted: true }, 'none'],
    ['active on another host', elsewhere, 'removable'],
    ['on its way', { ...elsewhere, task_state: 'resize_migrating' }, 'none'],
    ['waits for the confirmation of its move', { ...elsewhere, vm_state: 'resized' }, 'none'],
    ['scheduled and not claimed yet', { host: null, vm_state: 'building' }, 'none'],
    ['shelved, on no host', { host: null, vm_state: 'shelved_offloaded' }, 'removable'],
    ['ERROR on another host: who knows where its data is', { ...elsewhere, vm_state: 'error' }, 'kept'],
  ];
  for (const [name, fields, judged] of table) {
    it(`${name}: ${judged}`, () => {
      const verdict = judgeRemains(fields && makeInstance({ deleted: false, ...fields }), HOST);
      const got = verdict.kind === 'none' ? 'none' : verdict.removable ? 'removable' : 'kept';
      assert.equal(got, judged);
    });
  }

  it('are told of once, and left alone', async () => {
    const { fake, chore } = withRemains();
    const log = memoryLog();
    const watch = createOrphanWatch({ ...chore, parts: { ...chore.parts, log } });
    await watch();
    await watch();
    assert.deepEqual(log.lines, ['warn Something on this host belongs to no server here; left alone']);
    assert.equal(fake.containers.remove.callCount, 0);
  });

  it('are told of again after they had been away', async () => {
    const { fake, chore } = withRemains();
    const log = memoryLog();
    const watch = createOrphanWatch({ ...chore, parts: { ...chore.parts, log } });
    await watch();
    fake.containers.states.resolves([]);
    fake.networks.held.resolves([]);
    await watch();
    fake.networks.held.resolves([UUID]);
    await watch();
    assert.equal(log.lines.length, 2);
  });

  it('are removed if the operator wants it and nothing can get lost', async () => {
    const { fake, chore } = withRemains({ orphanAction: 'remove' });
    await createOrphanWatch(chore)();
    assert.deepEqual(fake.containers.remove.args, [[RESCUE], [KEY]]);
    assert.equal(fake.networks.unplug.callCount, 1);
    const kept = withRemains({ orphanAction: 'remove' });
    kept.knows({ deleted: false, host: 'host-2', vm_state: 'error' });
    await createOrphanWatch(kept.chore)();
    assert.equal(kept.fake.containers.remove.callCount, 0);
  });

  it('are looked at once more before they are removed: the server may be back', async () => {
    const { fake, chore } = withRemains({ orphanAction: 'remove' });
    const gone = makeInstance({ deleted: false, host: null, vm_state: 'shelved_offloaded' });
    fake.conductor.instances.find.onFirstCall().resolves([gone]);
    fake.conductor.instances.find.onSecondCall().resolves([makeInstance({ deleted: false })]);
    await createOrphanWatch(chore)();
    assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.callCount], [0, 0]);
  });
});
