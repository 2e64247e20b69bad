import assert from 'node:assert/strict';
import type { Args } from '../../../../src/compute/operation.js';
import { tellOfParked } from '../../../../src/compute/recovery/parked.js';
import { create, type FieldsOf } from '../../../../src/objects/index.js';
import { fakeParts, HOST, makeInstance, makeRequest, UUID } from '../parts.js';

type Row = Partial<FieldsOf<'Instance'>>;

async function park(method: string, row: Row, args: Args = {}) {
  const fake = fakeParts();
  const migration = create('Migration', { id: 7, uuid: UUID, status: 'migrating' });
  fake.conductor.instances.get.resolves(makeInstance(row));
  fake.conductor.migrations.underWay.resolves([migration]);
  const { context, uniqueId } = makeRequest(method, {});
  const parked = { method, instanceUuid: UUID, args, context, uniqueId, reason: 'it crashes' };
  await tellOfParked(fake.parts, parked, new AbortController().signal);
  return {
    saved: fake.saved.map(({ fields }) => fields),
    faults: fake.conductor.createFault.callCount,
    migration: migration.get('status'),
  };
}

const NOTHING = { saved: [], faults: 0, migration: 'migrating' };
const FREED = { saved: [{ task_state: null }], faults: 1 };
const BROKEN = { saved: [{ task_state: null, vm_state: 'error' }], faults: 1 };

describe('compute/recovery: a request that was started too often', () => {
  const table: [string, string, Row, object][] = [
    [
      'a reboot leaves the server as it is',
      'reboot_instance',
      { task_state: 'rebooting' },
      { ...FREED, migration: 'migrating' },
    ],
    [
      'a build ends in ERROR',
      'build_and_run_instance',
      { vm_state: 'building', task_state: 'spawning' },
      { ...BROKEN, migration: 'migrating' },
    ],
    [
      'a rebuild ends in ERROR',
      'rebuild_instance',
      { task_state: 'rebuild_spawning' },
      { ...BROKEN, migration: 'error' },
    ],
    [
      'a resize that has touched nothing yet leaves the server as it is, on its host',
      'prep_resize',
      { task_state: 'resize_prep', host: 'other' },
      { ...FREED, migration: 'error' },
    ],
    [
      'a move half way ends in ERROR',
      'resize_instance',
      { task_state: 'resize_migrating', host: HOST },
      { ...BROKEN, migration: 'error' },
    ],
    [
      'a server that did not come is freed, wherever it is',
      'post_live_migration_at_destination',
      { task_state: 'migrating', host: 'other' },
      { ...FREED, migration: 'error' },
    ],
    [
      'a live migration goes on that could not be aborted',
      'live_migration_abort',
      { task_state: 'migrating' },
      NOTHING,
    ],
    ['a deletion goes on', 'reboot_instance', { task_state: 'deleting' }, NOTHING],
    [
      'a server of another host is nobody’s here',
      'reboot_instance',
      { task_state: 'rebooting', host: 'other' },
      NOTHING,
    ],
    [
      'what another host does by now is its own',
      'prep_resize',
      { task_state: 'resize_finish', host: 'other' },
      NOTHING,
    ],
  ];
  for (const [name, method, row, end] of table) {
    it(name, async () => assert.deepEqual(await park(method, row), end));
  }
});
