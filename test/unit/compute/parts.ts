import { Readable } from 'node:stream';
import sinon from 'sinon';
import { createLimit } from '../../../src/compute/limits.js';
import { KeyedLocks } from '../../../src/compute/locks.js';
import type { Args, ComputeRequest, ManagerParts } from '../../../src/compute/operation.js';
import {
  POWER_STATE,
  type ContainerKey,
  type ContainerState,
  type GuestFile,
} from '../../../src/compute/ports/containers.js';
import type { Belongings } from '../../../src/compute/ports/instance-folders.js';
import type { TakenDisk } from '../../../src/compute/ports/disks.js';
import type { Resources } from '../../../src/compute/ports/placement.js';
import { Deaths } from '../../../src/compute/power/deaths.js';
import { RunningWork } from '../../../src/compute/running.js';
import { Departures } from '../../../src/compute/verbs/live-migration/departures.js';
import { EventWaiters } from '../../../src/compute/waiters.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import { create, type FieldsOf, type Instance } from '../../../src/objects/index.js';
import type { Logger } from '../../../src/observe/logger.js';
import { adminContext } from '../../../src/oslo/index.js';
import { shippedPolicy } from '../settings/shipped.js';
import { fakeConductor, type Saved } from './fake-conductor.js';
import { fakeNetworks } from './fake-networks.js';

export const UUID = '11111111-1111-4111-8111-111111111111';
export const PROVIDER = '22222222-2222-4222-8222-222222222222';
export const HOST = 'host-1';
const NOW = new Date('2026-11-22T12:00:00Z');

export function makeInstance(fields: Partial<FieldsOf<'Instance'>> = {}): Instance {
  const flavor = create('Flavor', {
    id: 1,
    name: 'm1.small',
    flavorid: '1',
    memory_mb: 512,
    vcpus: 1,
    root_gb: 1,
    ephemeral_gb: 0,
    swap: 0,
    extra_specs: {},
  });
  const instance = create('Instance', {
    id: 42,
    uuid: UUID,
    project_id: 'p',
    user_id: 'u',
    hostname: 'web',
    display_name: 'web',
    availability_zone: null,
    image_ref: 'image-1',
    host: HOST,
    node: HOST,
    vm_state: 'active',
    task_state: null,
    power_state: POWER_STATE.RUNNING,
    metadata: {},
    system_metadata: {},
    flavor,
    ...fields,
  });
  instance.resetChanges();
  return instance;
}

export function containerState(powerState: ContainerState['powerState'] = POWER_STATE.RUNNING): ContainerState {
  return {
    key: { instanceUuid: UUID, role: 'main' },
    containerId: 'c1',
    status: 'running',
    powerState,
    exitCode: null,
    oomKilled: false,
    error: '',
    startedAt: NOW,
    finishedAt: null,
    pid: 1,
  };
}

export function novaError(name: string): ServiceError {
  return new ServiceError('Conflict', name, { nova: { name } });
}

export const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const KEYS = [{ role: 'former' }, { role: 'incoming' }] as const;

/** A server has one container, unless a test says more. */
function stateStub() {
  const stub = sinon.stub<[ContainerKey], Promise<ContainerState | undefined>>().resolves(containerState());
  for (const key of KEYS) stub.withArgs(sinon.match(key)).resolves(undefined);
  return stub;
}

/** Manager parts in which everything works and nothing happens. */
export function fakeParts() {
  const saved: Saved[] = [];
  const conductor = fakeConductor(saved, makeInstance());
  const containers = {
    program: sinon.stub().resolves('/usr/local/bin/nova-runtime'),
    create: sinon.stub().resolves(containerState()),
    start: sinon.stub().resolves('c1'),
    stop: sinon.stub().resolves(),
    limit: sinon.stub().resolves(),
    pause: sinon.stub().resolves(),
    unpause: sinon.stub().resolves(),
    remove: sinon.stub().resolves(),
    rename: sinon.stub().resolves(),
    making: sinon.stub().rejects(new Error('not asked for')),
    state: stateStub(),
    states: sinon.stub().resolves([]),
    consoleOutput: sinon.stub().resolves(''),
    diskUsage: sinon.stub().resolves(4096),
    limitsRootDisk: sinon.stub().resolves(false),
    usage: sinon.stub().rejects(new Error('not asked for')),
    signal: sinon.stub().resolves(),
    runInside: sinon.stub().resolves({ exitCode: 0, output: '' }),
    endedWithTheEngine: sinon.stub<[], Promise<ReadonlySet<string>>>().resolves(new Set()),
    watch: sinon.stub(),
    facts: sinon.stub().rejects(new Error('not asked for')),
  };
  const images = {
    ensure: sinon.stub().resolves({
      imageId: 'image-1',
      reference: 'nova-image:image-1',
      defaults: { entrypoint: [], command: ['sh'], labels: {}, variables: [], volumes: [] },
      sizeBytes: 1,
    }),
    cache: sinon.stub().resolves('cached'),
    tidy: sinon.stub().resolves(),
  };
  const disks = {
    take: sinon.stub().resolves({ key: { instanceUuid: UUID, purpose: 'x' }, sizeBytes: 100 }),
    checkExposable: sinon.stub().resolves(),
    expose: sinon.stub<[], Promise<GuestFile[]>>().resolves([]),
    conceal: sinon.stub().resolves(),
    checkCarriable: sinon.stub().resolves(),
    carry: sinon.stub().resolves(),
    archive: sinon.stub<[TakenDisk], Readable>().callsFake(() => Readable.from([Buffer.from('archive')])),
    drop: sinon.stub().resolves(),
    sweep: sinon.stub().resolves(),
  };
  const checkpoints = {
    ability: sinon.stub().resolves({ engine: '26.1.5', criu: '4.1.1', kernel: '6.12.0', cpuFlags: ['avx', 'sse'] }),
    take: sinon.stub().resolves({ bytes: 100 }),
    read: sinon.stub().callsFake(() => Promise.resolve(Readable.from([Buffer.from('memory')]))),
    place: sinon.stub().resolves(),
    restore: sinon.stub().resolves(),
    forget: sinon.stub().resolves(),
  };
  const library = {
    show: sinon.stub().resolves({ id: 'image-2', status: 'queued', properties: {} }),
    download: sinon.stub().rejects(new Error('not asked for')),
    create: sinon.stub().resolves(),
    update: sinon.stub().resolves(),
    upload: sinon.stub().resolves(),
    remove: sinon.stub().resolves(),
    backups: sinon.stub().resolves([]),
  };
  const networks = fakeNetworks();
  const allocations = {
    of: sinon.stub().resolves(new Map([[PROVIDER, { VCPU: 1 }]])),
    remove: sinon.stub().resolves(),
    removeFrom: sinon.stub().resolves(),
    move: sinon.stub().resolves(),
    ofProvider: sinon.stub<[string], Promise<ReadonlyMap<string, Resources>>>().resolves(new Map()),
  };
  const volumes = { release: sinon.stub().resolves() };
  const cpus = {
    reserve: sinon.stub().resolves([2, 3]),
    choose: sinon.stub().resolves([4, 5]),
    release: sinon.stub().resolves(),
    keepOnly: sinon.stub().resolves(),
  };
  const folders = {
    writeDrive: sinon.stub().resolves({ hostPath: '/state/drive', guestPath: '/config-drive', readOnly: true }),
    driveFile: sinon.stub().returns({ hostPath: '/state/drive', guestPath: '/config-drive', readOnly: true }),
    keepContents: sinon.stub().resolves([]),
    contentFiles: sinon.stub().returns([]),
    belongings: sinon.stub<[string], Promise<Belongings | undefined>>().resolves(undefined),
    refreshDrive: sinon.stub().resolves(),
    withDrive: sinon.stub().resolves(new Set()),
    endRescue: sinon.stub().resolves(),
    remove: sinon.stub().resolves(),
    keepOnly: sinon.stub().resolves(),
  };
  const consoles = {
    endSessions: sinon.stub().resolves(),
    allot: sinon.stub().resolves({ host: '192.0.2.1', port: 10_000 }),
    admit: sinon.stub().resolves(true),
    close: sinon.stub().resolves(),
  };
  const node = {
    uuid: () => PROVIDER,
    setEnabled: sinon.stub().resolves(),
    uptime: sinon.stub().resolves('up'),
    usageChanged: sinon.stub(),
    buildEnded: sinon.stub(),
  };
  const notifications = {
    instance: sinon.stub().resolves(),
    diskUsage: sinon.stub().resolves(4096),
    limitsRootDisk: sinon.stub().resolves(false),
    usage: sinon.stub().resolves(),
    exception: sinon.stub().resolves(),
  };
  const parts: ManagerParts = {
    settings: {
      host: HOST,
      node: HOST,
      rpcResponseTimeoutMs: 60_000,
      vifPluggingTimeoutMs: 300_000,
      vifPluggingIsFatal: true,
      networkAllocateRetries: 0,
      accessIpNetwork: null,
      shutdownTimeoutMs: 60_000,
      startGraceMs: 200,
      forceConfigDrive: false,
      injectsKey: true,
      checksGroupPolicy: true,
      instanceNameTemplate: 'instance-%08x',
      reclaimInstanceIntervalMs: 0,
      shelvedOffloadTimeMs: 0,
      liveMigrationMemoryBytes: 256 * 2 ** 20,
      serialConsole: { baseUrl: 'ws://proxy/', tokenTtlMs: 600_000 },
    },
    containers,
    checkpoints,
    disks,
    images,
    library,
    networks,
    volumes,
    allocations,
    cpus,
    folders,
    consoles,
    policy: shippedPolicy(),
    node,
    notifications,
    conductorFor: () => conductor,
    locks: new KeyedLocks(),
    running: new RunningWork(),
    departures: new Departures(),
    waiters: new EventWaiters(),
    deaths: new Deaths(),
    limits: { builds: createLimit(10), snapshots: createLimit(5), liveMigrations: createLimit(1) },
    now: () => NOW,
    pause: () => Promise.resolve(),
    log: silent,
  };
  return {
    parts,
    saved,
    conductor,
    containers,
    checkpoints,
    disks,
    images,
    library,
    networks,
    volumes,
    allocations,
    cpus,
    folders,
    consoles,
    node,
    notifications,
  };
}

export function makeRequest(
  method: string,
  args: Args,
  special: Partial<ComputeRequest> & { attempt?: number } = {},
): ComputeRequest {
  return {
    method,
    args,
    context: adminContext('33333333-3333-4333-8333-333333333333', NOW),
    uniqueId: 'unique-1',
    isCall: false,
    signal: new AbortController().signal,
    begin: () => Promise.resolve(special.attempt ?? 1),
    ...special,
  };
}
