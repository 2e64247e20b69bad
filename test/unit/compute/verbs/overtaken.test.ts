import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { create, type Flavor, type Migration } from '../../../../src/objects/index.js';
import { fakeParts, HOST, makeInstance, makeRequest, novaError, UUID } from '../parts.js';

const MIGRATION = '44444444-4444-4444-8444-444444444444';
const OTHER = 'host-2';

function flavor(id: number): Flavor {
  const sizes = { memory_mb: 64 * id, vcpus: 1, swap: 0, root_gb: 1, ephemeral_gb: 0 };
  return create('Flavor', { id, name: `f${id}`, flavorid: String(id), extra_specs: {}, ...sizes });
}

const [SMALL, LARGE] = [flavor(1), flavor(2)];

interface Moment {
  readonly method: string;
  readonly from: string;
  readonly to: string;
  /** The row as the request came with it. */
  readonly row: Record<string, unknown>;
  /** So many of the writes that expect a task are still in time. */
  readonly inTime: number;
  /** As conductor has the row by then, but for its states. */
  readonly now?: Record<string, unknown>;
  readonly status: string;
}

const WAITING = {
  flavor: SMALL,
  old_flavor: null,
  new_flavor: LARGE,
  system_metadata: { old_vm_state: 'active', a: 'b' },
};
const LEFT = { ...WAITING, old_flavor: SMALL, host: HOST };
const DONE = { ...LEFT, flavor: LARGE };

/** All but the last: the server has not got to where it was to be. */
const HALF_WAY: readonly (Moment & { readonly what: string })[] = [
  {
    what: 'before its host has claimed it',
    ...{ method: 'prep_resize', from: OTHER, to: HOST, inTime: 0, status: 'accepted' },
    row: { host: OTHER, task_state: 'resize_prep', old_flavor: null, new_flavor: null },
  },
  {
    what: 'before it has begun to leave',
    ...{ method: 'resize_instance', from: HOST, to: OTHER, inTime: 0, status: 'pre-migrating' },
    row: { ...WAITING, task_state: 'resize_prep' },
  },
  {
    what: 'when its disk is sent',
    ...{ method: 'resize_instance', from: HOST, to: OTHER, inTime: 1, status: 'migrating' },
    row: { ...WAITING, task_state: 'resize_prep' },
  },
  {
    what: 'when it is to arrive',
    ...{ method: 'finish_resize', from: OTHER, to: HOST, inTime: 0, status: 'post-migrating' },
    row: { ...LEFT, task_state: 'resize_migrated' },
  },
  {
    what: 'on its own host',
    ...{ method: 'finish_resize', from: HOST, to: HOST, inTime: 0, status: 'post-migrating' },
    row: { ...LEFT, task_state: 'resize_migrated' },
  },
];

const DONE_THERE: Moment = {
  ...{ method: 'finish_resize', from: OTHER, to: HOST, inTime: 1, status: 'finished' },
  row: { ...LEFT, task_state: 'resize_migrated' },
  now: DONE,
};

function migration({ from, to }: Moment, status: string): Migration {
  const places = { source_compute: from, source_node: from, dest_compute: to, dest_node: to };
  const made = create('Migration', { id: 7, uuid: MIGRATION, instance_uuid: UUID, status, ...places });
  made.resetChanges();
  return made;
}

/** Runs the step; at that moment the server gets these states from somebody else. */
async function overtake(moment: Moment, states: Record<string, unknown>, attempt = 1) {
  const fake = fakeParts();
  fake.containers.usage.resolves({ memoryBytes: 1 });
  const { instances, migrations } = fake.conductor;
  const recorded = instances.save;
  let saves = 0;
  instances.save = ((instance, options) =>
    options?.expectedTask !== undefined && saves++ >= moment.inTime
      ? Promise.reject(novaError('UnexpectedTaskStateError'))
      : recorded(instance, options)) as typeof recorded;
  const row = { instance_type_id: 1, flavor: SMALL, vm_state: 'active', ...moment.row };
  instances.get.resolves(makeInstance({ ...row, ...moment.now, ...states }));
  migrations.get.resolves(migration(moment, moment.status));
  const args = {
    ...{ instance: makeInstance(row), migration: migration(moment, moment.status), flavor: LARGE },
    ...{ image: { properties: {} }, disk_info: '' },
  };
  const work = createHandlers(fake.parts).get(moment.method)?.(makeRequest(moment.method, args, { attempt }));
  await (attempt === 1 ? assert.rejects(async () => work, /UnexpectedTaskStateError/) : work);
  const statuses = (migrations.save.args as [Migration][]).map(([one]) => one.get('status'));
  return { fake, status: statuses.at(-1), last: fake.saved.at(-1)?.fields ?? {} };
}

const STATES = [
  ['a soft deletion', { task_state: 'soft-deleting' }],
  ['a reset of its states', { task_state: null }],
] as const;

describe('a resize that another request goes before', () => {
  for (const moment of HALF_WAY) {
    for (const [what, states] of STATES) {
      for (const attempt of [1, 2]) {
        it(`${moment.what}: ${what} finds it as it was, and the migration ends (attempt ${attempt})`, async () => {
          const { fake, status, last } = await overtake(moment, states, attempt);
          assert.deepEqual([fake.allocations.move.args, fake.allocations.remove.args], [[[MIGRATION, UUID]], []]);
          assert.equal(status, 'error');
          assert.deepEqual([last['host'], last['flavor'], last['new_flavor']], [moment.from, SMALL, null]);
          assert.equal((last['system_metadata'] as Record<string, string>)['old_vm_state'], undefined);
          // These are for who went first to write.
          assert.deepEqual(['vm_state' in last, 'task_state' in last], [false, false]);
          assert.deepEqual(
            fake.library.remove.args.map(([id]: readonly unknown[]) => id),
            moment.method === 'resize_instance' && moment.inTime === 1 && attempt === 1
              ? [MIGRATION, MIGRATION]
              : [MIGRATION],
          );
        });
      }
    }
  }

  it('when its disk is sent: it runs again until that is done', async () => {
    const [, , sent] = HALF_WAY;
    assert.ok(sent !== undefined);
    const { fake } = await overtake(sent, { task_state: 'soft-deleting' });
    assert.ok(fake.networks.plug.calledAfter(fake.networks.unplug));
    assert.ok(fake.containers.start.calledAfter(fake.containers.stop));
  });

  for (const [what, states] of STATES) {
    it(`when it is there and only the last word is missing: ${what} finds it there`, async () => {
      const { fake, status, last } = await overtake(DONE_THERE, states);
      assert.deepEqual([fake.allocations.move.args, fake.allocations.remove.args], [[], [[MIGRATION]]]);
      assert.deepEqual([status, last['flavor'], last['old_flavor']], ['error', LARGE, null]);
      assert.deepEqual(['host' in last, 'vm_state' in last, 'task_state' in last], [false, false, false]);
      assert.equal(fake.containers.remove.callCount, 0);
    });
  }

  it('leaves one alone that goes on, or is over', async () => {
    const [moment] = HALF_WAY;
    assert.ok(moment !== undefined);
    for (const [status, states] of [
      ['migrating', { task_state: 'resize_migrating' }],
      ['finished', { task_state: null, vm_state: 'resized' }],
      ['error', { task_state: null }],
      ['confirmed', { task_state: 'powering-off' }],
    ] as const) {
      const { fake, status: written } = await overtake({ ...moment, status }, states, 2);
      const { move, remove } = fake.allocations;
      assert.deepEqual([written, move.callCount + remove.callCount, fake.saved.length], [undefined, 0, 0]);
    }
  });
});
