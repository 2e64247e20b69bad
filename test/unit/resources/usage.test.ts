import assert from 'node:assert/strict';
import type { MovingInstance, NodeInstance, NodeMigration } from '../../../src/compute/ports/nodes.js';
import { usageOf } from '../../../src/resources/usage.js';
import { HERE, nodeInstance, nodeMigration } from './facts.js';

const NOTHING = { memoryMb: 0, cpus: 0, diskMb: 0 };
const OTHER = '44444444-4444-4444-8444-444444444444';

function moving(changes: Partial<MovingInstance>): Pick<NodeMigration, 'instance'> {
  const { instance } = nodeMigration();
  assert.ok(instance);
  return { instance: { ...instance, ...changes } };
}

describe('resources usage', () => {
  it('of an empty host is what is reserved', () => {
    const usage = usageOf([], [], HERE, { memoryMb: 512, cpus: 1, diskMb: 2047 });
    assert.deepEqual(usage, { vcpus: 1, memoryMb: 512, localGb: 1, runningVms: 0, currentWorkload: 0, stats: {} });
  });

  it('counts flavors, states, tasks and projects', () => {
    const instances: NodeInstance[] = [
      nodeInstance({ uuid: 'a', swapMb: 1023, ephemeralGb: 5 }),
      nodeInstance({ uuid: 'b', vmState: 'building', taskState: 'spawning', osType: 'linux', rootGb: 0, swapMb: 2048 }),
      nodeInstance({ uuid: 'c', vmState: 'stopped', taskState: 'image_snapshot', projectId: 'p2' }),
    ];
    assert.deepEqual(usageOf(instances, [], HERE, NOTHING), {
      vcpus: 6,
      memoryMb: 3072,
      localGb: 15 + 2 + 10,
      runningVms: 3,
      currentWorkload: 2,
      stats: {
        num_instances: '3',
        num_vm_active: '1',
        num_vm_building: '1',
        num_vm_stopped: '1',
        num_task_None: '1',
        num_task_spawning: '1',
        num_task_image_snapshot: '1',
        num_os_type_None: '2',
        num_os_type_linux: '1',
        num_proj_p1: '2',
        num_proj_p2: '1',
        io_workload: '2',
      },
    });
  });

  const states: readonly [string, string | null, number][] = [
    ['deleted', null, 0],
    ['shelved_offloaded', null, 0],
    ['shelved_offloaded', 'spawning', 1],
    ['shelved', null, 1],
    ['soft-delete', null, 1],
    ['error', null, 1],
  ];
  for (const [vmState, taskState, counted] of states) {
    it(`counts ${counted} of an instance that is ${vmState}, ${taskState ?? 'no task'}`, () => {
      const usage = usageOf([nodeInstance({ vmState, taskState })], [], HERE, NOTHING);
      assert.equal(usage.runningVms, counted);
      assert.equal(usage.vcpus, 2 * counted);
    });
  }

  const elsewhere = { destHost: 'compute3', destNode: 'compute3' };
  const fromHere = { sourceHost: HERE.host, sourceNode: HERE.node };
  const moves: readonly [string, readonly NodeInstance[], readonly NodeMigration[], number][] = [
    ['the new size of one that comes', [], [nodeMigration()], 2],
    ['the old size of one that goes', [], [nodeMigration({ ...fromHere, ...elsewhere })], 1],
    ['the new size beside the old on one host', [nodeInstance({ vcpus: 1 })], [nodeMigration(fromHere)], 3],
    [
      'the old size beside the new on one host',
      [nodeInstance()],
      [nodeMigration({ ...fromHere, ...moving({ hasOldFlavor: false }) })],
      3,
    ],
    ['once an instance that has arrived', [nodeInstance()], [nodeMigration()], 2],
    ['once an instance that has not gone yet', [nodeInstance()], [nodeMigration({ ...fromHere, ...elsewhere })], 2],
    ['no move of strangers', [], [nodeMigration(elsewhere)], 0],
    ['no move whose instance does nothing of the kind', [], [nodeMigration(moving({ taskState: null }))], 0],
    ['a resized one', [], [nodeMigration(moving({ vmState: 'resized', taskState: null }))], 2],
    ['an evacuation', [], [nodeMigration(moving({ taskState: 'rebuilding' }))], 2],
    ['a live migration', [], [nodeMigration(moving({ taskState: 'migrating' }))], 2],
    [
      'no migrating one that is stopped',
      [],
      [nodeMigration(moving({ vmState: 'stopped', taskState: 'migrating' }))],
      0,
    ],
    ['no move whose instance is gone', [], [nodeMigration({ instance: undefined })], 0],
    ['no move that is not the one of the instance', [], [nodeMigration({ id: 7 })], 0],
    ['a move before it has a context', [], [nodeMigration({ id: 7, ...moving({ migrationId: null }) })], 2],
    ['nothing that the instance does not tell', [], [nodeMigration(moving({ newDemand: null }))], 0],
    [
      'only the last move of an instance',
      [],
      [
        nodeMigration({
          id: 1,
          ...fromHere,
          ...elsewhere,
          changedAt: new Date('2025-01-01'),
          ...moving({ migrationId: null }),
        }),
        nodeMigration({ id: 2, ...moving({ migrationId: null }) }),
      ],
      2,
    ],
    ['moves of several instances', [], [nodeMigration(), nodeMigration({ instanceUuid: OTHER })], 4],
  ];
  for (const [title, instances, migrations, vcpus] of moves) {
    it(`counts ${title}`, () => assert.equal(usageOf(instances, migrations, HERE, NOTHING).vcpus, vcpus));
  }
});
