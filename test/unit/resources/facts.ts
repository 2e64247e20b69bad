import type { NodeInstance, NodeMigration } from '../../../src/compute/ports/nodes.js';
import type { HostFacts } from '../../../src/resources/facts.js';
import type { ResourceSettings } from '../../../src/resources/settings.js';

export const HERE = { host: 'compute1', node: 'compute1.example.org' };
export const UUID = '11111111-1111-4111-8111-111111111111';

export function hostFacts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    engineVersion: '20.10.24+dfsg1',
    storageDriver: 'overlay2',
    cpus: 8,
    memoryMb: 16000,
    diskGb: 100,
    diskFreeGb: 90,
    cpu: {
      arch: 'x86_64',
      vendor: 'AMD',
      model: 'AMD EPYC',
      topology: { sockets: 1, cores: 8, threads: 1 },
      features: ['avx2', 'fpu', 'pni', 'svm'],
    },
    ...changes,
  };
}

export function resourceSettings(changes: Partial<ResourceSettings> = {}): ResourceSettings {
  return {
    hostIp: '192.0.2.1',
    reserved: { memoryMb: 512, cpus: 0, diskMb: 0 },
    cpuSets: { shared: null, dedicated: null },
    ratios: {},
    initialRatios: {},
    controlPlaneVersion: 64,
    capabilities: new Set(),
    countsFailedBuilds: true,
    imageTypes: ['raw'],
    ...changes,
  };
}

export function nodeInstance(changes: Partial<NodeInstance> = {}): NodeInstance {
  return {
    uuid: '22222222-2222-4222-8222-222222222222',
    vmState: 'active',
    taskState: null,
    osType: null,
    projectId: 'p1',
    vcpus: 2,
    memoryMb: 1024,
    swapMb: 0,
    rootGb: 10,
    ephemeralGb: 0,
    ...changes,
  };
}

export const OLD_SIZE = { vcpus: 1, memoryMb: 1000, swapMb: 0, rootGb: 1, ephemeralGb: 0 };
export const NEW_SIZE = { vcpus: 2, memoryMb: 2000, swapMb: 0, rootGb: 2, ephemeralGb: 0 };

/** A resize from elsewhere to here that has the new size already. */
export function nodeMigration(changes: Partial<NodeMigration> = {}): NodeMigration {
  return {
    id: 1,
    uuid: '33333333-3333-4333-8333-333333333333',
    instanceUuid: '22222222-2222-4222-8222-222222222222',
    sourceHost: 'compute2',
    sourceNode: 'compute2',
    destHost: HERE.host,
    destNode: HERE.node,
    changedAt: new Date('2026-01-01T00:00:00Z'),
    instance: {
      vmState: 'active',
      taskState: 'resize_migrating',
      migrationId: 1,
      hasOldFlavor: true,
      oldDemand: OLD_SIZE,
      newDemand: NEW_SIZE,
    },
    ...changes,
  };
}
