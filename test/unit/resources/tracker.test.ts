import assert from 'node:assert/strict';
import type {
  NodeFields,
  NodeInstance,
  NodeMigration,
  NodeRecord,
  NodeStore,
  Whereabouts,
} from '../../../src/compute/ports/nodes.js';
import type { Resources } from '../../../src/compute/ports/placement.js';
import { kindOf, ServiceError } from '../../../src/errors/kinds.js';
import { ProviderPublisher } from '../../../src/resources/provider.js';
import { ResourceTracker } from '../../../src/resources/tracker.js';
import { memoryLog } from '../../double/logger.js';
import { placementDouble } from '../../double/placement.js';
import { HERE, hostFacts, nodeInstance, nodeMigration, resourceSettings, UUID } from './facts.js';
import type { ResourceSettings } from '../../../src/resources/settings.js';

const GONE = '55555555-5555-4555-8555-555555555555';
const ONE: Resources = { VCPU: 1 };

/** Rows and allocations, in memory. */
function start(settings: Partial<ResourceSettings> = {}) {
  const said: string[] = [];
  const rows = {
    node: undefined as NodeRecord | undefined,
    fields: undefined as NodeFields | undefined,
    instances: [] as NodeInstance[],
    migrations: [] as NodeMigration[],
    whereabouts: new Map<string, Whereabouts>(),
    disabled: false,
  };
  const store: NodeStore = {
    find: () => Promise.resolve(rows.node),
    byUuid: () => Promise.resolve(rows.node),
    create: (uuid, fields) => {
      said.push('create');
      rows.node = { id: 1, uuid, ...HERE };
      rows.fields = fields;
      return Promise.resolve(rows.node);
    },
    save: (_node, changes) => {
      if (rows.node === undefined) return Promise.reject(new ServiceError('NotFound', 'no such node'));
      said.push(`save ${Object.keys(changes).sort().join(' ')}`);
      rows.fields = { ...(rows.fields ?? ({} as NodeFields)), ...changes };
      return Promise.resolve();
    },
    instances: () => Promise.resolve(rows.instances),
    migrations: () => Promise.resolve(rows.migrations),
    whereabouts: (uuid) => Promise.resolve(rows.whereabouts.get(uuid)),
    serviceDisabled: () => Promise.resolve(rows.disabled),
  };
  const held = new Map<string, Resources>();
  const allocations = {
    ofProvider: () => Promise.resolve(new Map(held)),
    removeUnchanged: (consumer: string) => {
      said.push(`remove ${consumer}`);
      return Promise.resolve(held.delete(consumer));
    },
  };
  const placement = placementDouble(['COMPUTE_NODE', 'COMPUTE_IMAGE_TYPE_RAW', 'COMPUTE_STATUS_DISABLED']);
  const log = memoryLog();
  const publisher = new ProviderPublisher({
    ...{ providers: placement, uuid: UUID, node: HERE.node, refreshMs: 300_000, log },
    clock: () => 0,
  });
  const host = { facts: hostFacts() };
  const parts = { here: HERE, uuid: UUID, settings: resourceSettings(settings), store, publisher, allocations, log };
  const make = () => new ResourceTracker({ ...parts, readHost: () => Promise.resolve(host.facts) });
  return { said, rows, held, allocations, placement, log, host, publisher, make, tracker: make() };
}

describe('resources tracker', () => {
  it('makes record and provider, and says nothing more while nothing changes', async () => {
    const { tracker, said, rows, placement } = start();
    await tracker.audit();
    assert.deepEqual(said, ['create']);
    assert.equal(rows.node?.uuid, UUID);
    assert.equal(rows.fields?.freeDiskGb, 100);
    assert.equal(rows.fields.stats['failed_builds'], '0');
    assert.equal(placement.stored.get(UUID)?.name, HERE.node);
    placement.asked.length = 0;
    await tracker.audit();
    assert.deepEqual(said, ['create']);
    assert.deepEqual(placement.asked, []);
  });

  it('saves everything once after a start with a record, later what changed', async () => {
    const { make, said, rows, tracker } = start();
    await tracker.audit();
    const again = make();
    await again.audit();
    assert.match(said[1] ?? '', /^save cpuInfo .*hostIp.* vcpusUsed$/);
    assert.doesNotMatch(said[1] ?? '', /Ratio/);
    rows.instances = [nodeInstance()];
    await again.audit();
    const figures = 'freeDiskGb freeRamMb localGbUsed memoryMbUsed runningVms stats vcpusUsed';
    assert.equal(said[2], `save ${figures}`);
    assert.equal(rows.fields?.vcpusUsed, 2);
  });

  it('refreshes the figures alone, once there is a record', async () => {
    const { tracker, said, rows, placement, host } = start();
    await tracker.refresh();
    assert.deepEqual(said, []);
    await tracker.audit();
    rows.instances = [nodeInstance()];
    placement.asked.length = 0;
    host.facts = hostFacts({ cpus: 99 });
    await tracker.refresh();
    assert.deepEqual([rows.fields?.vcpusUsed, rows.fields?.vcpus], [2, 8]);
    assert.deepEqual(placement.asked, []);
  });

  it('counts failed builds until one succeeds', async () => {
    const { tracker, rows } = start();
    await tracker.audit();
    const failed = async (...ends: readonly boolean[]) => {
      for (const end of ends) tracker.buildEnded(end);
      await tracker.refresh();
      return rows.fields?.stats['failed_builds'];
    };
    assert.equal(await failed(false, false), '2');
    assert.equal(await failed(false), '3');
    assert.equal(await failed(true), '0');
  });

  it('counts no failed builds where the operator wants none counted', async () => {
    const { tracker, rows } = start({ countsFailedBuilds: false });
    await tracker.audit();
    tracker.buildEnded(false);
    await tracker.refresh();
    assert.equal(rows.fields?.stats['failed_builds'], '0');
  });

  it('publishes what the host is now', async () => {
    const { tracker, host, placement, rows } = start();
    await tracker.audit();
    host.facts = hostFacts({ memoryMb: 32000 });
    rows.disabled = true;
    await tracker.audit();
    assert.equal(placement.stored.get(UUID)?.inventories['MEMORY_MB']?.total, 32000);
    assert.ok(placement.stored.get(UUID)?.traits.includes('COMPUTE_STATUS_DISABLED'));
    assert.equal(rows.fields?.memoryMb, 32000);
  });

  it('saves its figures even while Placement is away, and tells of that', async () => {
    const { tracker, rows, publisher, placement } = start();
    await tracker.audit();
    rows.instances = [nodeInstance()];
    publisher.forget();
    const get = placement.get.bind(placement);
    placement.get = () => Promise.reject(new ServiceError('Unavailable', 'away'));
    await assert.rejects(tracker.audit(), (error) => kindOf(error) === 'Unavailable');
    assert.equal(rows.fields?.vcpusUsed, 2);
    placement.get = get;
    await tracker.audit();
  });

  it('starts while Placement is away, but not with what somebody has to mend', async () => {
    const { tracker, placement, rows, log } = start();
    const get = placement.get.bind(placement);
    placement.get = () => Promise.reject(new ServiceError('Unavailable', 'away'));
    await tracker.start();
    assert.equal(rows.node?.uuid, UUID);
    assert.deepEqual(log.lines.slice(-1), ['error The node could not be published; the next audit tries again']);
    placement.get = () => Promise.reject(new ServiceError('Forbidden', 'wrong password'));
    await assert.rejects(tracker.start(), (error) => kindOf(error) === 'Forbidden');
    placement.get = get;
    await tracker.start();
    assert.ok(placement.stored.has(UUID));
  });

  it('makes the record again after an operator deleted the service', async () => {
    const { tracker, rows, said, host } = start();
    await tracker.audit();
    rows.node = undefined;
    host.facts = hostFacts({ diskFreeGb: 1 });
    await assert.rejects(tracker.audit(), (error) => kindOf(error) === 'NotFound');
    await tracker.audit();
    assert.deepEqual(said, ['create', 'create']);
    assert.equal((rows.node as NodeRecord | undefined)?.uuid, UUID);
  });

  it('does one thing at a time', async () => {
    const { tracker, said, rows } = start();
    rows.instances = [nodeInstance()];
    await Promise.all([tracker.audit(), tracker.audit(), tracker.refresh()]);
    assert.deepEqual(said, ['create']);
  });

  describe('allocations', () => {
    it('of deleted instances are removed, but not those of ours, of moves, or of the unknown', async () => {
      const { tracker, said, rows, held, log } = start();
      await tracker.audit();
      rows.instances = [nodeInstance()];
      rows.migrations = [nodeMigration()];
      for (const uuid of [nodeInstance().uuid, nodeMigration().uuid, GONE, 'unknown']) held.set(uuid, ONE);
      rows.whereabouts.set(GONE, { deleted: true, hidden: false, host: HERE.host, node: HERE.node, taskState: null });
      said.length = 0;
      await tracker.audit();
      await tracker.audit();
      assert.deepEqual(
        said.filter((line) => line.startsWith('remove')),
        [`remove ${GONE}`],
      );
      assert.deepEqual([...held.keys()], [nodeInstance().uuid, nodeMigration().uuid, 'unknown']);
      assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 1);
    });

    it('of a boot that is under way are nothing to tell of', async () => {
      const { tracker, rows, held, log } = start();
      await tracker.audit();
      held.set('claimed', ONE);
      await tracker.audit();
      // The row is there now, its build has not begun.
      rows.whereabouts.set('claimed', {
        deleted: false,
        hidden: false,
        host: null,
        node: null,
        taskState: 'scheduling',
      });
      await tracker.audit();
      rows.whereabouts.delete('claimed');
      await tracker.audit();
      assert.deepEqual(
        log.lines.filter((line) => line.startsWith('warn')),
        [],
      );
      await tracker.audit();
      await tracker.audit();
      assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 1);
    });

    it('that cannot be removed now are tried again', async () => {
      const { tracker, rows, held, allocations, log } = start();
      await tracker.audit();
      held.set(GONE, ONE);
      rows.whereabouts.set(GONE, { deleted: true, hidden: false, host: null, node: null, taskState: null });
      const remove = allocations.removeUnchanged;
      allocations.removeUnchanged = () => Promise.reject(new ServiceError('Conflict', 'changed'));
      await tracker.audit();
      assert.ok(log.lines.some((line) => line.startsWith('warn An allocation that nobody needs could not be removed')));
      allocations.removeUnchanged = remove;
      await tracker.audit();
      assert.equal(held.size, 0);
    });

    it('that tell of a provider gone make it anew', async () => {
      const { tracker, allocations, placement } = start();
      await tracker.audit();
      placement.stored.clear();
      const ofProvider = allocations.ofProvider;
      allocations.ofProvider = () => Promise.reject(new ServiceError('NotFound', 'no provider'));
      await assert.rejects(tracker.audit());
      allocations.ofProvider = ofProvider;
      await tracker.audit();
      assert.ok(placement.stored.has(UUID));
    });
  });
});
