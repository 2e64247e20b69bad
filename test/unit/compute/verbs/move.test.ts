import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { POWER_STATE, type ContainerPlan } from '../../../../src/compute/ports/containers.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type Instance, type Migration } from '../../../../src/objects/index.js';
import { containerState, fakeParts, HOST, makeInstance, makeRequest, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

const MIGRATION = '44444444-4444-4444-8444-444444444444';
const FRIEND = '66666666-6666-4666-8666-666666666666';
const OTHER = 'host-2';

function flavor(id: number, ephemeralGb = 0) {
  const sizes = { memory_mb: 64 * id, vcpus: 1, swap: 0, root_gb: 1, ephemeral_gb: ephemeralGb };
  return create('Flavor', { id, name: `f${id}`, flavorid: String(id), extra_specs: {}, ...sizes });
}

/** `to`: where it goes; the other one is where it comes from. */
function migration(to: string, status = 'x', uuid = UUID): Migration {
  const from = to === HOST ? OTHER : HOST;
  const places = { source_compute: from, source_node: from, dest_compute: to, dest_node: to };
  const made = create('Migration', { id: 7, uuid: MIGRATION, instance_uuid: uuid, status, ...places });
  made.resetChanges();
  return made;
}

interface Request {
  readonly to: string;
  readonly row: Record<string, unknown> & { readonly uuid?: string };
  readonly status?: string;
  readonly args?: Record<string, unknown>;
  readonly attempt?: number;
}

async function run(fake: Fake, method: string, { to, row, status, args = {}, attempt = 1 }: Request): Promise<void> {
  const flavors = { instance_type_id: 1, flavor: flavor(1), old_flavor: flavor(1), new_flavor: flavor(2) };
  const make = () => makeInstance({ ...flavors, system_metadata: { old_vm_state: 'active' }, ...row });
  fake.conductor.instances.get.resolves(make());
  fake.conductor.migrations.get.resolves(migration(to, status));
  const all = { instance: make(), migration: migration(to, status, row.uuid), ...args };
  await createHandlers(fake.parts).get(method)?.(makeRequest(method, all, { attempt }));
}

const casts = (fake: Fake): unknown[] =>
  (fake.conductor.peers.cast.args as [{ host: string; method: string }][]).map(([{ host, method }]) => [host, method]);
const last = (fake: Fake): Readonly<Record<string, unknown>> => fake.saved.at(-1)?.fields ?? {};

describe('compute/verbs/resize to another host', () => {
  const prep = {
    to: HOST,
    row: { host: OTHER, task_state: 'resize_prep' },
    args: { flavor: flavor(2), image: { properties: {} } },
  };

  it('is prepared where it goes, by what is known of it, and handed on to where it is', async () => {
    const fake = fakeParts();
    await run(fake, 'prep_resize', prep);
    assert.deepEqual(casts(fake), [[OTHER, 'resize_instance']]);
    assert.equal(fake.containers.usage.callCount + fake.containers.limit.callCount, 0);
  });

  const refusals: [what: string, args: Record<string, unknown>][] = [
    ['what may not be set', { image: { properties: { docker_privileged: 'true' } } }],
    ['its group', { filter_properties: { scheduler_hints: { group: 'g' } } }],
  ];
  for (const [what, args] of refusals) {
    it(`is taken back before anything was touched, because of ${what}`, async () => {
      const fake = fakeParts();
      fake.conductor.groups.ofHint.resolves({
        ...{ uuid: 'g', policy: 'anti-affinity', maxServersPerHost: 1, members: ['friend'] },
      });
      fake.conductor.instances.uuidsOnHost.resolves(['friend']);
      await assert.rejects(run(fake, 'prep_resize', { ...prep, args: { ...prep.args, ...args } }));
      assert.deepEqual([casts(fake), fake.allocations.move.args], [[], [[MIGRATION, UUID]]]);
      assert.equal(last(fake)['task_state'], null);
    });
  }

  const retry = { filter_properties: { retry: { num_attempts: 1 } }, host_list: ['next'] };
  const refusing = { ...prep, args: { ...prep.args, ...retry, image: { properties: { docker_privileged: 'true' } } } };

  it('is refused, and another host is asked: nothing of this one is left but the reason', async () => {
    const fake = fakeParts();
    await run(fake, 'prep_resize', refusing);
    const [[asked, id]] = fake.conductor.tasks.migrateServer.args as [[Record<string, unknown>, string]];
    assert.deepEqual([asked['host_list'], asked['live'], id], [['next'], false, 'unique-1-elsewhere']);
    const hint = asked['scheduler_hint'] as { filter_properties: { retry: { num_attempts: number; exc: string[] } } };
    assert.equal(hint.filter_properties.retry.num_attempts, 1);
    assert.match(hint.filter_properties.retry.exc[0] ?? '', /docker_privileged/);
    assert.deepEqual(fake.allocations.move.args, [[MIGRATION, UUID]]);
    const { task_state: task, migration_context: context, new_flavor: flavorAfter } = last(fake);
    assert.deepEqual([task, context, flavorAfter], ['resize_prep', null, null]);
    const [saved] = fake.conductor.migrations.save.args.at(-1) as [Migration];
    assert.deepEqual([saved.get('status'), fake.conductor.createFault.callCount], ['error', 1]);
  });

  it('is not asked for twice when another host has it by now', async () => {
    const fake = fakeParts();
    const next = migration(OTHER, 'pre-migrating');
    next.set('id', 8);
    fake.conductor.migrations.underWay.resolves([next]);
    await run(fake, 'prep_resize', { ...refusing, status: 'error', attempt: 2 });
    assert.deepEqual([fake.conductor.tasks.migrateServer.callCount, fake.saved], [0, []]);
  });

  it('is refused beside another of its group that came at once: that one stays, and another host is asked', async () => {
    const fake = fakeParts();
    const members = [UUID, FRIEND];
    fake.conductor.groups.ofHint.resolves({ uuid: 'g', policy: 'anti-affinity', maxServersPerHost: 1, members });
    const coming = new Set<string>();
    fake.conductor.groups.movingTo.callsFake(() => Promise.resolve([...coming]));
    fake.conductor.migrations.save.callsFake((one: Migration) => {
      if (one.get('status') === 'pre-migrating') coming.add(one.get('instance_uuid') ?? '');
      else coming.delete(one.get('instance_uuid') ?? '');
      return Promise.resolve();
    });
    const args = { ...prep.args, ...retry, filter_properties: { retry: {}, scheduler_hints: { group: 'g' } } };
    await Promise.all(members.map((uuid) => run(fake, 'prep_resize', { ...prep, row: { ...prep.row, uuid }, args })));
    const asks = fake.conductor.tasks.migrateServer.callCount;
    assert.deepEqual([casts(fake), [...coming], asks], [[[OTHER, 'resize_instance']], [UUID], 1]);
    const [[asked]] = fake.conductor.tasks.migrateServer.args as [[{ instance: Instance; scheduler_hint: unknown }]];
    assert.equal(asked.instance.get('uuid'), FRIEND);
    assert.match(JSON.stringify(asked.scheduler_hint), /Anti-affinity instance group policy was violated/);
  });

  const final: [what: string, args: Record<string, unknown>][] = [
    ['the list is at its end', { host_list: [] }],
    ['its host was chosen by hand', { filter_properties: {} }],
  ];
  for (const [what, args] of final) {
    it(`is taken back when ${what}`, async () => {
      const fake = fakeParts();
      await assert.rejects(
        run(fake, 'prep_resize', { ...refusing, args: { ...refusing.args, ...args } }),
        /docker_privileged/,
      );
      assert.deepEqual([fake.conductor.tasks.migrateServer.callCount, last(fake)['task_state']], [0, null]);
    });
  }

  const leaving = { to: OTHER, row: { task_state: 'resize_prep' } };

  it('stops it, sends its disk, takes it off the net, and only then says that it is there', async () => {
    const fake = fakeParts();
    await run(fake, 'resize_instance', leaving);
    assert.ok(fake.library.upload.calledAfter(fake.containers.stop));
    assert.ok(fake.networks.unplug.calledAfter(fake.library.upload));
    assert.deepEqual([last(fake)['host'], last(fake)['task_state']], [OTHER, 'resize_migrated']);
    assert.deepEqual(casts(fake), [[OTHER, 'finish_resize']]);
    assert.equal(fake.containers.remove.callCount, 0);
  });

  for (const [before, starts] of [
    ['active', 1],
    ['stopped', 0],
  ] as const) {
    it(`is ${before} again where it was when its disk can’t be sent`, async () => {
      const fake = fakeParts();
      fake.library.upload.rejects(new ServiceError('Forbidden', 'quota'));
      const row = { ...leaving.row, vm_state: before, system_metadata: { old_vm_state: before } };
      await assert.rejects(run(fake, 'resize_instance', { ...leaving, row }), /quota/);
      assert.deepEqual([fake.containers.start.callCount, fake.networks.unplug.callCount], [starts, 0]);
      assert.deepEqual([casts(fake), last(fake)['task_state']], [[], null]);
      assert.deepEqual(fake.allocations.move.args, [[MIGRATION, UUID]]);
    });
  }

  it('hands on a server that has left, although its row is another host’s', async () => {
    const fake = fakeParts();
    await run(fake, 'resize_instance', { to: OTHER, row: { host: OTHER, task_state: 'resize_migrated' }, attempt: 2 });
    assert.deepEqual([fake.disks.take.callCount, casts(fake)], [0, [[OTHER, 'finish_resize']]]);
  });

  const arriving = { to: HOST, row: { task_state: 'resize_migrated' }, args: { image: { properties: {} } } };

  it('is made of its disk where it goes, and waits to be confirmed', async () => {
    const fake = fakeParts();
    await run(fake, 'finish_resize', arriving);
    assert.ok(fake.containers.start.calledAfter(fake.containers.create));
    assert.deepEqual([last(fake)['vm_state'], last(fake)['task_state']], ['resized', null]);
    assert.equal(fake.containers.limit.callCount, 0);
  });

  it('has its ephemeral disks there; those of a flavor that is the first to have any are new', async () => {
    for (const [before, after, expected] of [
      [0, 0, []],
      [1, 1, ['carried']],
      [0, 1, ['blank']],
    ] as const) {
      const fake = fakeParts();
      const [had, has] = [flavor(1, before), flavor(2, after)];
      const row = { host: HOST, task_state: 'resize_migrated', flavor: had, old_flavor: had, new_flavor: has };
      await run(fake, 'finish_resize', { to: HOST, row });
      const { ephemeralDisks } = fake.containers.create.args[0]?.[0] as ContainerPlan;
      assert.deepEqual(ephemeralDisks, expected);
    }
  });

  it('stays off when it was stopped', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    await run(fake, 'finish_resize', {
      ...arriving,
      row: { ...arriving.row, system_metadata: { old_vm_state: 'stopped' } },
    });
    assert.equal(fake.containers.start.callCount, 0);
    assert.equal(last(fake)['power_state'], POWER_STATE.SHUTDOWN);
  });

  it('goes back when it can’t be made there, and nothing of it stays', async () => {
    const fake = fakeParts();
    fake.containers.create.rejects(new ServiceError('Unavailable', 'engine away'));
    await assert.rejects(run(fake, 'finish_resize', arriving), /engine away/);
    assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.callCount], [1, 1]);
    assert.equal(fake.library.remove.callCount, 1);
    // The other host goes on by this task.
    assert.equal(last(fake)['task_state'], 'resize_reverting');
    assert.deepEqual(casts(fake), [[OTHER, 'finish_revert_resize']]);
    assert.equal(fake.conductor.createFault.callCount, 1);
  });

  it('goes on going back after a kill, but not with one that its user reverts', async () => {
    const fake = fakeParts();
    const row = { task_state: 'resize_reverting', vm_state: 'active' };
    await run(fake, 'finish_resize', { ...arriving, row, attempt: 2 });
    assert.deepEqual([fake.containers.create.callCount, casts(fake)], [0, [[OTHER, 'finish_revert_resize']]]);
  });

  const confirming = { to: OTHER, row: { host: OTHER, vm_state: 'resized' }, status: 'finished' };

  it('leaves nothing where it was when it is confirmed', async () => {
    const fake = fakeParts();
    await run(fake, 'confirm_resize', confirming);
    assert.equal(last(fake)['vm_state'], 'active');
    assert.deepEqual([fake.containers.remove.callCount, fake.networks.unplug.args], [1, [[UUID]]]);
    assert.deepEqual(fake.allocations.remove.args, [[MIGRATION]]);
    assert.equal(fake.networks.deallocate.callCount, 0);
  });

  it('is left alone by a confirmation that comes late, when it is here again', async () => {
    const fake = fakeParts();
    const row = { host: HOST, vm_state: 'active' };
    await run(fake, 'confirm_resize', { ...confirming, row, status: 'confirmed', attempt: 2 });
    assert.equal(fake.containers.remove.callCount, 0);
  });

  it('goes where it came from when it is reverted', async () => {
    const fake = fakeParts();
    await run(fake, 'revert_resize', { to: HOST, row: { vm_state: 'resized', task_state: 'resize_reverting' } });
    assert.equal(fake.containers.remove.callCount, 1);
    assert.deepEqual(casts(fake), [[OTHER, 'finish_revert_resize']]);
  });

  const reverting = { to: HOST, row: { vm_state: 'resized', task_state: 'resize_reverting' }, status: 'reverting' };

  it('can be reverted again, or confirmed, when it could not be taken away', async () => {
    const fake = fakeParts();
    fake.containers.remove.rejects(new ServiceError('Unavailable', 'engine away'));
    await assert.rejects(run(fake, 'revert_resize', reverting), /engine away/);
    const [saved] = fake.conductor.migrations.save.args.at(-1) as [Migration];
    assert.deepEqual([saved.get('status'), last(fake)['task_state'], casts(fake)], ['finished', null, []]);
  });

  it('goes back once it is taken away, whatever else stays behind', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(undefined);
    fake.networks.unplug.rejects(new Error('busy'));
    await run(fake, 'revert_resize', reverting);
    assert.deepEqual(casts(fake), [[OTHER, 'finish_revert_resize']]);
  });

  it('runs again where it was, on ports bound there, with its old flavor', async () => {
    const fake = fakeParts();
    const row = { host: OTHER, vm_state: 'resized', task_state: 'resize_reverting', flavor: flavor(2) };
    await run(fake, 'finish_revert_resize', { to: OTHER, row });
    assert.equal(fake.saved[0]?.fields['host'], HOST);
    assert.ok(fake.networks.plug.calledAfter(fake.networks.bind));
    assert.ok(fake.containers.start.calledAfter(fake.networks.plug));
    assert.equal(fake.containers.create.callCount, 0);
    const { vm_state: vmState, task_state: task, memory_mb: memoryMb } = last(fake);
    assert.deepEqual([vmState, task, memoryMb], ['active', null, 64]);
    assert.deepEqual(fake.allocations.move.args, [[MIGRATION, UUID]]);
  });

  it('takes along nothing of what it travelled by when it is sent back by a host that is without Glance', async () => {
    const row = { host: OTHER, vm_state: 'active', task_state: 'resize_reverting', flavor: flavor(2) };
    for (const [status, removed] of [
      ['error', [MIGRATION]],
      ['reverted', []],
    ] as const) {
      const fake = fakeParts();
      await run(fake, 'finish_revert_resize', { to: OTHER, row, status });
      assert.deepEqual(
        fake.library.remove.args.map(([id]: readonly unknown[]) => id),
        removed,
      );
    }
  });
});
