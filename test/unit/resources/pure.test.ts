import assert from 'node:assert/strict';
import type { Inventories, Inventory } from '../../../src/openstack/placement.js';
import { sameInventories, wantedInventories } from '../../../src/resources/inventories.js';
import { changedFields, computeNodeFields, versionNumber } from '../../../src/resources/node-fields.js';
import { judgeOrphan } from '../../../src/resources/orphans.js';
import { wantedTraits, withDisabled } from '../../../src/resources/traits.js';
import { usageOf } from '../../../src/resources/usage.js';
import { HERE, hostFacts, nodeInstance, resourceSettings } from './facts.js';

function inventory(total: number, allocation_ratio: number, reserved = 0): Inventory {
  return { total, reserved, min_unit: 1, max_unit: total, step_size: 1, allocation_ratio };
}

describe('resources inventories', () => {
  it('of a new provider have the ratios of the release', () => {
    assert.deepEqual(wantedInventories(hostFacts(), resourceSettings(), {}), {
      VCPU: inventory(8, 16),
      MEMORY_MB: inventory(16000, 1.5, 512),
      DISK_GB: inventory(100, 1),
    });
    const later = wantedInventories(hostFacts(), resourceSettings({ controlPlaneVersion: 66 }), {});
    assert.deepEqual([later['VCPU']?.allocation_ratio, later['MEMORY_MB']?.allocation_ratio], [4, 1]);
  });

  const existing: Inventories = { VCPU: inventory(4, 2.5), PCPU: inventory(4, 1), CUSTOM_LICENSE: inventory(7, 1) };
  const ratios: readonly [string, Parameters<typeof resourceSettings>[0], Inventories, number | undefined][] = [
    ['initial one for a new provider', { initialRatios: { cpu: 9 } }, {}, 9],
    ["operator's in Placement over an initial one", { initialRatios: { cpu: 9 } }, existing, 2.5],
    ['configured one over everything', { ratios: { cpu: 3 }, initialRatios: { cpu: 9 } }, existing, 3],
    ['one in Placement when the configured one is 0', { ratios: { cpu: 0 } }, existing, 2.5],
  ];
  for (const [title, settings, before, ratio] of ratios) {
    it(`take the ${title}`, () => {
      assert.equal(wantedInventories(hostFacts(), resourceSettings(settings), before)['VCPU']?.allocation_ratio, ratio);
    });
  }

  it('keep custom classes, and drop standard ones that another driver left', () => {
    const names = Object.keys(wantedInventories(hostFacts(), resourceSettings(), existing)).sort();
    assert.deepEqual(names, ['CUSTOM_LICENSE', 'DISK_GB', 'MEMORY_MB', 'VCPU']);
  });

  it('leave out what there is none of, and never reserve more than there is', () => {
    const settings = resourceSettings({ reserved: { memoryMb: 512, cpus: 0, diskMb: 1025 } });
    const wanted = wantedInventories(hostFacts({ cpus: 0, memoryMb: 256, diskGb: 5 }), settings, {});
    assert.deepEqual(wanted, { MEMORY_MB: inventory(256, 1.5, 256), DISK_GB: inventory(5, 1, 2) });
  });

  it('are compared by what they say', () => {
    const a = { VCPU: inventory(1, 1) };
    assert.ok(sameInventories(a, { VCPU: { ...inventory(1, 1) } }));
    assert.ok(!sameInventories(a, { VCPU: inventory(1, 2) }));
    assert.ok(!sameInventories(a, {}));
    assert.ok(!sameInventories({}, a));
    assert.ok(!sameInventories(a, { PCPU: inventory(1, 1) }));
  });
});

describe('resources traits', () => {
  const FRESH = [
    'COMPUTE_IMAGE_TYPE_RAW',
    'COMPUTE_NODE',
    'CUSTOM_DOCKER_ENGINE_20',
    'CUSTOM_DOCKER_STORAGE_OVERLAY2',
    'HW_CPU_X86_AVX2',
    'HW_CPU_X86_SSE3',
  ];
  const cases: readonly [
    string,
    Parameters<typeof resourceSettings>[0],
    readonly string[],
    boolean,
    readonly string[],
  ][] = [
    ['those of the host', {}, [], false, FRESH],
    ['the mark of a disabled service', {}, [], true, ['COMPUTE_STATUS_DISABLED', ...FRESH].sort()],
    ['no mark that is over', {}, ['COMPUTE_STATUS_DISABLED'], false, FRESH],
    [
      "others' traits",
      {},
      ['CUSTOM_GOLD', 'CUSTOM_STORAGE_SSD', 'HW_NIC_SRIOV'],
      false,
      ['CUSTOM_GOLD', 'CUSTOM_STORAGE_SSD', 'HW_NIC_SRIOV', ...FRESH].sort(),
    ],
    [
      'nothing that is not true any more',
      {},
      [
        'COMPUTE_ACCELERATORS',
        'COMPUTE_GRAPHICS_MODEL_VIRTIO',
        'HW_CPU_X86_VMX',
        'HW_CPU_HYPERTHREADING',
        'COMPUTE_IMAGE_TYPE_QCOW2',
        'HW_CPU_X86_AVX512F',
        'CUSTOM_DOCKER_ENGINE_19',
        'CUSTOM_DOCKER_STORAGE_AUFS',
      ],
      false,
      FRESH,
    ],
    ['the owner where the scheduler looks for it', { controlPlaneVersion: 73 }, [], false, [...FRESH, 'OWNER_NOVA']],
    [
      'an owner that somebody else has set',
      { controlPlaneVersion: 72 },
      ['OWNER_NOVA'],
      false,
      [...FRESH, 'OWNER_NOVA'],
    ],
    [
      'what is implemented',
      { capabilities: new Set(['attachInterface', 'rescueVolumeBacked'] as const) },
      [],
      false,
      [...FRESH, 'COMPUTE_NET_ATTACH_INTERFACE', 'COMPUTE_RESCUE_BFV'].sort(),
    ],
  ];
  for (const [title, settings, existing, disabled, wanted] of cases) {
    it(`have ${title}`, () => {
      assert.deepEqual(wantedTraits(hostFacts(), resourceSettings(settings), existing, disabled), wanted);
    });
  }

  it('make a trait of any storage driver', () => {
    const facts = hostFacts({ storageDriver: 'fuse-overlayfs', engineVersion: 'library-import' });
    const traits = wantedTraits(facts, resourceSettings(), [], false).filter((trait) => trait.startsWith('CUSTOM_'));
    assert.deepEqual(traits, ['CUSTOM_DOCKER_STORAGE_FUSE_OVERLAYFS']);
  });

  it('change nothing but the mark', () => {
    assert.deepEqual(withDisabled(['A', 'Z'], true), ['A', 'COMPUTE_STATUS_DISABLED', 'Z']);
    assert.deepEqual(withDisabled(['A', 'COMPUTE_STATUS_DISABLED', 'Z'], true), ['A', 'COMPUTE_STATUS_DISABLED', 'Z']);
    assert.deepEqual(withDisabled(['A', 'COMPUTE_STATUS_DISABLED'], false), ['A']);
  });
});

describe('resources compute node record', () => {
  const settings = resourceSettings();
  const usage = usageOf([nodeInstance()], [], HERE, settings.reserved);

  it('has everything that the scheduler reads', () => {
    assert.deepEqual(computeNodeFields(hostFacts(), usage, settings, 2), {
      hostIp: '192.0.2.1',
      vcpus: 8,
      memoryMb: 16000,
      localGb: 100,
      vcpusUsed: 2,
      memoryMbUsed: 1536,
      localGbUsed: 10,
      freeRamMb: 14464,
      freeDiskGb: 90,
      diskAvailableLeast: 90,
      currentWorkload: 0,
      runningVms: 1,
      hypervisorType: 'docker',
      hypervisorVersion: 20010024,
      cpuInfo:
        '{"arch":"x86_64","vendor":"AMD","model":"AMD EPYC","topology":{"sockets":1,"cores":8,"threads":1},' +
        '"features":["avx2","fpu","pni","svm"]}',
      supportedHvSpecs: [
        { arch: 'x86_64', hvType: 'docker', vmMode: 'exe' },
        { arch: 'x86_64', hvType: 'docker', vmMode: 'hvm' },
      ],
      stats: {
        failed_builds: '2',
        num_instances: '1',
        num_vm_active: '1',
        num_task_None: '1',
        num_os_type_None: '1',
        num_proj_p1: '1',
        io_workload: '0',
      },
      cpuAllocationRatio: 16,
      ramAllocationRatio: 1.5,
      diskAllocationRatio: 1,
    });
  });

  const disks: readonly [number, number, number][] = [
    [95, 90, 90],
    [40, 90, 40],
    [0, 90, 0],
  ];
  for (const [diskFreeGb, freeDiskGb, least] of disks) {
    it(`with ${diskFreeGb} GiB really free offers ${least} of ${freeDiskGb}`, () => {
      const fields = computeNodeFields(hostFacts({ diskFreeGb }), usage, settings, 0);
      assert.deepEqual([fields.freeDiskGb, fields.diskAvailableLeast], [freeDiskGb, least]);
    });
  }

  it('is saved by what changed; ratios only where they are configured', () => {
    const last = computeNodeFields(hostFacts(), usage, settings, 0);
    assert.deepEqual(changedFields(last, { ...last, stats: { ...last.stats } }, settings), {});
    assert.deepEqual(changedFields(last, { ...last, vcpusUsed: 3, stats: {} }, settings), { vcpusUsed: 3, stats: {} });
    assert.deepEqual(changedFields(last, { ...last, cpuAllocationRatio: 4 }, settings), {});
    const first = changedFields(undefined, last, resourceSettings({ ratios: { ram: 2 } }));
    assert.deepEqual(
      ['cpuAllocationRatio', 'ramAllocationRatio', 'diskAllocationRatio', 'vcpus'].map((key) => key in first),
      [false, true, false, true],
    );
  });

  const versions: readonly [string, number][] = [
    ['20.10.24+dfsg1', 20010024],
    ['28.5.1-ce', 28005001],
    ['27.0', 27000000],
    ['dev', 0],
  ];
  for (const [text, number] of versions) {
    it(`has ${number} for engine ${text}`, () => assert.equal(versionNumber(text), number));
  }
});

describe('resources orphans', () => {
  const there = { deleted: false, hidden: false, host: HERE.host, node: HERE.node, taskState: null };
  const cases: readonly [string, Parameters<typeof judgeOrphan>[0], string][] = [
    ['of nobody', undefined, 'tell'],
    ['of a deleted instance', { ...there, deleted: true }, 'remove'],
    ['of the hidden twin of a move between cells', { ...there, deleted: true, hidden: true }, 'tell'],
    ['of an instance that is about to be built here', { ...there, host: null, node: null }, 'leave'],
    ['of an instance that is on its way', { ...there, taskState: 'spawning' }, 'leave'],
    ['of an instance that should have been listed', there, 'tell'],
    ['of an instance on another node of this host', { ...there, node: 'other' }, 'leave'],
    ['of an instance that lives elsewhere', { ...there, host: 'compute2' }, 'tell'],
  ];
  for (const [title, found, action] of cases) {
    it(`${action} an allocation ${title}`, () => assert.equal(judgeOrphan(found, HERE).action, action));
  }
});
