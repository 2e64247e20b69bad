import assert from 'node:assert/strict';
import { failLostBuilds } from '../../../../src/compute/chores/lost-builds.js';
import { failOverdueBuilds } from '../../../../src/compute/chores/overdue-builds.js';
import { rebootOverdue } from '../../../../src/compute/chores/overdue-reboots.js';
import { decideRescue, unrescueOverdue } from '../../../../src/compute/chores/overdue-rescues.js';
import { decideShelved, offloadShelved } from '../../../../src/compute/chores/shelved.js';
import { reclaimSoftDeleted } from '../../../../src/compute/chores/soft-deleted.js';
import { makeInstance, novaError, PROVIDER, UUID } from '../parts.js';
import { ago, setUp } from './setting.js';

const TEN_MINUTES_MS = 600_000;

describe('compute/chores: builds', () => {
  it('one that takes too long goes to ERROR before it is ended, and nothing of it stays', async () => {
    const { fake, chore, knows } = setUp();
    knows({ vm_state: 'building', task_state: 'spawning', created_at: ago(11) });
    let reason = '';
    const work = fake.parts.locks.run(UUID, () =>
      fake.parts.running.run(UUID, chore.signal, (signal) => {
        return new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            assert.deepEqual(fake.saved.at(-1)?.fields, { vm_state: 'error', task_state: null });
            reason = String(signal.reason);
            resolve();
          });
        });
      }),
    );
    await failOverdueBuilds(chore);
    await work;
    assert.match(reason, /not built within 600 s/);
    assert.equal(fake.conductor.createFault.callCount, 1);
    assert.deepEqual(fake.containers.remove.args, [[{ instanceUuid: UUID, role: 'main' }]]);
    assert.equal(fake.networks.deallocate.callCount, 1);
    assert.deepEqual(fake.allocations.remove.args, [[UUID]]);
  });

  it('one that is young enough is left alone, and so are all without a limit', async () => {
    const young = setUp();
    young.knows({ vm_state: 'building', task_state: 'spawning', created_at: ago(9) });
    await failOverdueBuilds(young.chore);
    assert.equal(young.fake.saved.length, 0);
    const unlimited = setUp({ buildTimeoutMs: 0 });
    unlimited.knows({ vm_state: 'building', task_state: 'spawning', created_at: ago(9000) });
    await failOverdueBuilds(unlimited.chore);
    assert.equal(unlimited.fake.conductor.instances.find.callCount, 0);
  });

  it('one that became ACTIVE at the last moment stays so', async () => {
    const { fake, chore, knows } = setUp();
    knows({ vm_state: 'building', task_state: 'spawning', created_at: ago(11) });
    fake.conductor.instances.save = (() => Promise.reject(novaError('UnexpectedVMStateError'))) as never;
    await failOverdueBuilds(chore);
    assert.equal(fake.containers.remove.callCount, 0);
    assert.equal(fake.conductor.createFault.callCount, 0);
  });

  const waiting = { host: null, node: null, vm_state: 'building', task_state: 'scheduling', updated_at: ago(11) };

  it('one whose request was lost goes to ERROR and gives its allocation back', async () => {
    const { fake, chore, knows } = setUp();
    knows(waiting);
    fake.allocations.ofProvider.resolves(new Map([[UUID, { VCPU: 1 }]]));
    await failLostBuilds(chore);
    assert.deepEqual(fake.allocations.ofProvider.args, [[PROVIDER]]);
    assert.deepEqual(fake.saved, [{ fields: { vm_state: 'error', task_state: null }, expectedTask: ['scheduling'] }]);
    assert.deepEqual(fake.allocations.remove.args, [[UUID]]);
    assert.equal(fake.conductor.createFault.callCount, 1);
  });

  it('one whose request is in the inbox, that somebody claimed, or that is young, is not lost', async () => {
    for (const spare of ['inbox', 'claimed', 'young'] as const) {
      const { fake, chore, knows, requested } = setUp();
      if (spare === 'inbox') requested.add(UUID);
      knows({
        ...waiting,
        ...(spare === 'claimed' && { host: 'host-2' }),
        ...(spare === 'young' && { updated_at: ago(9) }),
      });
      fake.allocations.ofProvider.resolves(new Map([[UUID, { VCPU: 1 }]]));
      await failLostBuilds(chore);
      assert.deepEqual([fake.saved.length, fake.allocations.remove.callCount], [0, 0], spare);
    }
  });
});

describe('compute/chores: reboots', () => {
  const rebooting = { task_state: 'reboot_started', updated_at: ago(11) };

  it('one that takes too long is followed by a hard one, under an action of its own', async () => {
    const { fake, chore, knows, asked } = setUp();
    knows(rebooting);
    await rebootOverdue(chore);
    assert.deepEqual(fake.conductor.events.begin.args, [[UUID, 'reboot']]);
    assert.deepEqual(fake.saved, [{ fields: { task_state: 'rebooting_hard' }, expectedTask: ['reboot_started'] }]);
    assert.equal(asked[0]?.method, 'reboot_instance');
    assert.equal(asked[0].args['reboot_type'], 'HARD');
  });

  it('one at which we are at work, or are to be, is left to that work', async () => {
    const { chore, knows, requested, methods } = setUp();
    knows(rebooting);
    requested.add(UUID);
    await rebootOverdue(chore);
    const busy = setUp();
    busy.knows(rebooting);
    await busy.fake.parts.locks.run(UUID, () => rebootOverdue(busy.chore));
    assert.deepEqual([...methods(), ...busy.methods()], []);
  });

  it('one that ended meanwhile is not repeated', async () => {
    const { fake, chore, knows, methods } = setUp();
    knows(rebooting);
    fake.conductor.instances.save = (() => Promise.reject(novaError('UnexpectedTaskStateError'))) as never;
    await rebootOverdue(chore);
    assert.deepEqual(methods(), []);
  });
});

describe('compute/chores: rescues', () => {
  const table: [string | null, number, number, ReturnType<typeof decideRescue>][] = [
    [null, 11, 11, 'unrescue'],
    [null, 9, 9, 'leave'],
    ['unrescuing', 11, 3, 'again'],
    ['unrescuing', 11, 1, 'leave'],
    ['deleting', 11, 11, 'leave'],
  ];
  for (const [task, rescued, updated, decision] of table) {
    it(`task ${task ?? '-'}, rescued ${rescued} and changed ${updated} minutes ago: ${decision}`, () => {
      const instance = makeInstance({ task_state: task, launched_at: ago(rescued), updated_at: ago(updated) });
      assert.equal(decideRescue(instance, TEN_MINUTES_MS, ago(0)), decision);
    });
  }

  it('one that has lasted too long ends as if a user had asked', async () => {
    const { fake, chore, knows, methods } = setUp();
    knows({ vm_state: 'rescued', launched_at: ago(11) });
    await unrescueOverdue(chore);
    assert.deepEqual(fake.saved, [{ fields: { task_state: 'unrescuing' }, expectedTask: [null] }]);
    assert.deepEqual(fake.conductor.events.begin.args, [[UUID, 'unrescue']]);
    assert.deepEqual(methods(), ['unrescue_instance']);
  });
});

describe('compute/chores: shelved servers', () => {
  const shelved = (text: string | null, task: string | null = null) =>
    makeInstance({ task_state: task, system_metadata: { shelved_at: text }, updated_at: ago(3) });
  const table: [string, ReturnType<typeof shelved>, ReturnType<typeof decideShelved>][] = [
    ['long enough, as Python writes it', shelved('2026-11-22T11:49:00.123456'), 'offload'],
    ['long enough, with a zone', shelved('2026-11-22T12:49:00+01:00'), 'offload'],
    ['not long enough', shelved('2026-11-22T11:51:00'), 'leave'],
    ['a text that is no time', shelved('yesterday'), 'leave'],
    ['no time', shelved(null), 'leave'],
    ['begun and abandoned', shelved('2026-11-22T11:49:00', 'shelving_offloading'), 'again'],
    ['somebody does something else', shelved('2026-11-22T11:49:00', 'unshelving'), 'leave'],
  ];
  for (const [name, instance, decision] of table) {
    it(`${name}: ${decision}`, () => assert.equal(decideShelved(instance, TEN_MINUTES_MS, ago(0)), decision));
  }

  it('leave the host when their time is over', async () => {
    const { fake, chore, knows, asked } = setUp();
    knows({ vm_state: 'shelved', system_metadata: { shelved_at: '2026-11-22T11:49:00' } });
    await offloadShelved(chore);
    assert.deepEqual(fake.saved, [{ fields: { task_state: 'shelving_offloading' }, expectedTask: [null] }]);
    assert.equal(asked[0]?.method, 'shelve_offload_instance');
    assert.equal(asked[0].args['clean_shutdown'], false);
  });
});

describe('compute/chores: soft-deleted servers', () => {
  it('are deleted when their time is over, container and row', async () => {
    const { fake, chore, knows } = setUp();
    knows({ vm_state: 'soft-delete', deleted_at: ago(11) });
    await reclaimSoftDeleted(chore);
    assert.ok(fake.containers.remove.calledWith({ instanceUuid: UUID, role: 'main' }));
    assert.equal(fake.conductor.instances.destroy.callCount, 1);
  });

  it('stay until then, and when a user has taken them back meanwhile', async () => {
    const young = setUp();
    young.knows({ vm_state: 'soft-delete', deleted_at: ago(9) });
    await reclaimSoftDeleted(young.chore);
    const restored = setUp();
    restored.knows({ vm_state: 'soft-delete', deleted_at: ago(11) });
    restored.fake.conductor.instances.get.resolves(makeInstance({ vm_state: 'active' }));
    await reclaimSoftDeleted(restored.chore);
    for (const { fake } of [young, restored]) assert.equal(fake.containers.remove.callCount, 0);
  });

  it('stay soft-deleted when their deletion fails', async () => {
    const { fake, chore, knows } = setUp();
    knows({ vm_state: 'soft-delete', deleted_at: ago(11) });
    fake.containers.remove.rejects(new Error('engine away'));
    await reclaimSoftDeleted(chore);
    assert.equal(fake.conductor.instances.destroy.callCount, 0);
    assert.ok(fake.saved.every(({ fields }) => fields['vm_state'] === undefined));
  });
});
