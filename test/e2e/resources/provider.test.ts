import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, statfs } from 'node:fs/promises';
import type { NodeStore } from '../../../src/compute/ports/nodes.js';
import { kindOf } from '../../../src/errors/kinds.js';
import { unobserved, type CallObserver } from '../../../src/observe/calls.js';
import type { Providers } from '../../../src/openstack/placement.js';
import { readHost, readUptime } from '../../../src/resources/host.js';
import { wantedInventories } from '../../../src/resources/inventories.js';
import { ProviderPublisher, type WantedProvider } from '../../../src/resources/provider.js';
import { ResourceTracker } from '../../../src/resources/tracker.js';
import { wantedTraits } from '../../../src/resources/traits.js';
import { memoryLog } from '../../double/logger.js';
import { realCloud } from '../../scenario/openstack/real.js';
import { makeStage, type Stage } from '../../scenario/openstack/stage.js';
import { hostFacts, resourceSettings } from '../../unit/resources/facts.js';

/** Publisher and audit with a real Placement. */
describe('resources with a real Placement', function () {
  let stage: Stage;
  let uuid: string;
  let node: string;
  const calls: string[] = [];
  before(async () => {
    const observer: CallObserver = ({ name }) => {
      calls.push(name);
      return () => {};
    };
    stage = makeStage({ ...(await realCloud()), observer });
  });
  beforeEach(() => {
    uuid = randomUUID();
    node = `node-${uuid}`;
  });
  afterEach(() => stage.providers.remove(uuid));
  after(() => stage.close());

  function publisherFor(providers: Providers): ProviderPublisher {
    return new ProviderPublisher({ providers, uuid, node, refreshMs: 300_000, clock: () => 0, log: memoryLog() });
  }

  const settings = resourceSettings({ controlPlaneVersion: 73, capabilities: new Set(['attachInterface'] as const) });
  const wanted =
    (disabled = false, facts = hostFacts()) =>
    (): Promise<WantedProvider> =>
      Promise.resolve({
        inventories: (existing) => wantedInventories(facts, settings, existing),
        traits: (existing) => wantedTraits(facts, settings, existing, disabled),
      });

  it('publishes once, and asks nothing while nothing changes', async () => {
    const publisher = publisherFor(stage.providers);
    calls.length = 0;
    await publisher.publish(wanted());
    const traitCalls = ['traits.known', 'traits.put'];
    assert.deepEqual(
      calls.splice(0).filter((name) => name !== 'trait.ensure' && name !== 'token.issue'),
      ['provider.get', 'provider.create', 'inventories.put', ...traitCalls],
    );
    await publisher.publish(wanted());
    assert.deepEqual(calls, []);
    const traits = await stage.providers.traits(uuid);
    for (const trait of [
      'COMPUTE_NODE',
      'COMPUTE_NET_ATTACH_INTERFACE',
      'HW_CPU_X86_SSE3',
      'CUSTOM_DOCKER_ENGINE_20',
    ]) {
      assert.ok(traits.value.includes(trait), trait);
    }
    assert.equal((await stage.providers.inventories(uuid)).value['MEMORY_MB']?.reserved, 512);
  });

  it("keeps an operator's ratio and traits, and comes to terms with another writer", async () => {
    const publisher = publisherFor(stage.providers);
    await publisher.publish(wanted());
    const before = await stage.providers.inventories(uuid);
    const { VCPU } = before.value;
    assert.ok(VCPU);
    await stage.providers.putInventories(uuid, {
      ...before,
      value: { ...before.value, VCPU: { ...VCPU, allocation_ratio: 2.5 } },
    });
    const traits = await stage.providers.traits(uuid);
    await stage.providers.ensureTraits(['CUSTOM_GOLD']);
    await stage.providers.putTraits(uuid, { ...traits, value: [...traits.value, 'CUSTOM_GOLD'] });
    // The publisher's view is two generations old now: its write is refused, it looks again, and nothing of theirs is lost.
    await publisher.publish(wanted(false, hostFacts({ memoryMb: 32000 })));
    const after = (await stage.providers.inventories(uuid)).value;
    assert.deepEqual([after['VCPU']?.allocation_ratio, after['MEMORY_MB']?.total], [2.5, 32000]);
    assert.ok((await stage.providers.traits(uuid)).value.includes('CUSTOM_GOLD'));
  });

  it('lets several writers at once all succeed', async () => {
    const publishers = [1, 2, 3].map(() => publisherFor(stage.providers));
    await Promise.all(publishers.map((publisher, n) => publisher.publish(wanted(false, hostFacts({ cpus: 8 + n })))));
    const cpus = (await stage.providers.inventories(uuid)).value['VCPU']?.total ?? 0;
    assert.ok([8, 9, 10].includes(cpus));
  });

  it('marks a disabled service', async () => {
    const publisher = publisherFor(stage.providers);
    await publisher.setDisabled(true);
    await publisher.publish(wanted());
    await publisher.setDisabled(true);
    assert.ok((await stage.providers.traits(uuid)).value.includes('COMPUTE_STATUS_DISABLED'));
    await publisher.setDisabled(false);
    assert.ok(!(await stage.providers.traits(uuid)).value.includes('COMPUTE_STATUS_DISABLED'));
  });

  it('refuses the name of another provider', async () => {
    const stranger = randomUUID();
    await stage.providers.create(stranger, node);
    try {
      await assert.rejects(publisherFor(stage.providers).publish(wanted()), (error: Error) => {
        assert.equal(kindOf(error), 'Conflict');
        assert.match(error.message, new RegExp(`another resource provider named ${node} \\(uuid ${stranger}\\)`));
        return true;
      });
    } finally {
      await stage.providers.remove(stranger);
    }
  });

  it('removes allocations of deleted instances, and keeps serving when memory was cut under what is held', async () => {
    const [deleted, alive] = [randomUUID(), randomUUID()];
    const store: NodeStore = {
      find: () => Promise.resolve({ id: 1, uuid, host: 'h', node }),
      byUuid: () => Promise.resolve(undefined),
      create: () => assert.fail('there is a record'),
      save: () => Promise.resolve(),
      instances: () => Promise.resolve([]),
      migrations: () => Promise.resolve([]),
      whereabouts: (instance) =>
        Promise.resolve({ deleted: instance === deleted, hidden: false, host: 'h2', node: 'n2', taskState: null }),
      serviceDisabled: () => Promise.resolve(false),
    };
    let facts = hostFacts();
    const log = memoryLog();
    const tracker = new ResourceTracker({
      here: { host: 'h', node },
      ...{ uuid, settings, store, log },
      publisher: publisherFor(stage.providers),
      allocations: stage.allocations,
      readHost: () => Promise.resolve(facts),
    });
    await tracker.audit();
    for (const consumer of [deleted, alive]) {
      const body = {
        allocations: { [uuid]: { resources: { VCPU: 1, MEMORY_MB: 4096 } } },
        ...{ project_id: 'p', user_id: 'u', consumer_generation: null },
      };
      const request = { method: 'PUT', path: `/allocations/${consumer}`, microversion: '1.28', body } as const;
      await stage.others((they) => they.ask('admin', 'placement', request));
    }
    facts = hostFacts({ memoryMb: 2048 });
    await tracker.audit();
    await tracker.audit();
    assert.deepEqual([...(await stage.allocations.ofProvider(uuid)).keys()], [alive]);
    assert.equal((await stage.providers.inventories(uuid)).value['MEMORY_MB']?.total, 2048);
    assert.ok(
      log.lines.some((line) => line.startsWith('warn Placement holds resources of this host for somebody else')),
    );
    await stage.allocations.remove(alive);
  });

  it('reads this machine', async () => {
    const sources = {
      engine: () =>
        Promise.resolve({
          ...{ version: '20.10.24', apiVersion: '1.41', architecture: process.arch === 'x64' ? 'x86_64' : 'aarch64' },
          ...{
            operatingSystem: '',
            kernelVersion: '',
            cpus: 2,
            memoryBytes: 2 ** 34,
            rootDirectory: '/',
            storageDriver: 'vfs',
          },
          ...{ runtimes: [], programs: {}, cgroupVersion: '1', liveRestore: false, swapLimit: false },
        }),
      readText: (path: string) => readFile(path, 'utf8'),
      statfs: (path: string) => statfs(path),
      now: () => new Date(),
      observer: unobserved,
    };
    const facts = await readHost(sources);
    assert.ok(facts.diskGb > 0 && facts.diskFreeGb <= facts.diskGb);
    assert.ok(facts.cpu.features.length > 0);
    assert.match(
      await readUptime(sources),
      /^ \d\d:\d\d:\d\d up .*, {2}0 users, {2}load average: [\d.]+, [\d.]+, [\d.]+\n$/,
    );
  });
});
