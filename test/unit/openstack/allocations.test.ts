import assert from 'node:assert/strict';
import { kindOf, novaNameOf } from '../../../src/errors/kinds.js';
import { createAllocations } from '../../../src/openstack/allocations.js';
import type { Asked, Scripted } from '../../double/service.js';
import { failure, startBench, type Bench } from './session-double.js';

const CONFLICT: Scripted = {
  status: 409,
  body: { errors: [{ status: 409, detail: 'changed', code: 'placement.concurrent_update' }] },
};

/** What Placement says of a consumer that holds one CPU, or nothing (generation null). */
function consumer(generation: number | null): Scripted {
  if (generation === null) return { status: 200, body: { allocations: {} } };
  const allocations = { node: { generation: 9, resources: { VCPU: 1 } } };
  return { status: 200, body: { allocations, consumer_generation: generation, project_id: 'p', user_id: 'u' } };
}

describe('openstack allocations', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  /** Reads answer as `read` says; writes are refused `conflicts` times. */
  async function start(read: (asked: Asked, writes: number) => Scripted, conflicts: number) {
    let writes = 0;
    bench = await startBench({
      answer: (asked) => {
        if (asked.method === 'GET') return read(asked, writes);
        writes += 1;
        return writes <= conflicts ? CONFLICT : { status: 204 };
      },
    });
    return createAllocations(bench.session);
  }

  const written = () => bench.service.asked.filter((asked) => asked.method !== 'GET');

  it('are moved though a provider changes meanwhile', async () => {
    const allocations = await start((asked) => consumer(asked.path.endsWith('/a') ? 3 : null), 2);
    await allocations.move('a', 'b');
    assert.equal(written().length, 3);
    assert.deepEqual(JSON.parse(written()[2]?.body ?? ''), {
      a: { allocations: {}, project_id: 'p', user_id: 'u', consumer_generation: 3 },
      b: {
        allocations: { node: { generation: 9, resources: { VCPU: 1 } } },
        ...{ project_id: 'p', user_id: 'u', consumer_generation: null },
      },
    });
  });

  it('are not moved when somebody else changes the consumer', async () => {
    const allocations = await start((asked, writes) => consumer(asked.path.endsWith('/a') ? 3 + writes : null), 1);
    const error = await failure(allocations.move('a', 'b'));
    assert.deepEqual([kindOf(error), novaNameOf(error)], ['Conflict', 'AllocationMoveFailed']);
    assert.equal(written().length, 1);
  });

  it('are not moved for ever', async () => {
    const allocations = await start((asked) => consumer(asked.path.endsWith('/a') ? 3 : null), 99);
    assert.equal(novaNameOf(await failure(allocations.move('a', 'b'))), 'AllocationMoveFailed');
    assert.equal(written().length, 4);
  });

  it('of which nothing is left need no move', async () => {
    const allocations = await start(() => consumer(null), 0);
    await allocations.move('a', 'b');
    assert.equal(written().length, 0);
  });

  it('lose one provider only, based on what is there now', async () => {
    const allocations = await start((_asked, writes) => consumer(5 + writes), 1);
    await allocations.removeFrom('a', 'node');
    assert.deepEqual(
      written().map((asked) => (JSON.parse(asked.body) as { consumer_generation: number }).consumer_generation),
      [5, 6],
    );
  });

  it('lose what is under that provider, too: what ports hold of a network agent', async () => {
    const resources = { resources: { X: 1 } };
    const held = { node: resources, bridge: resources, other: resources, 'bridge of other': resources };
    const allocations = await start((asked) => {
      if (!asked.path.startsWith('/resource_providers')) {
        return { status: 200, body: { allocations: held, consumer_generation: 1 } };
      }
      assert.equal(asked.path, '/resource_providers?in_tree=node');
      return { status: 200, body: { resource_providers: [{ uuid: 'node' }, { uuid: 'agent' }, { uuid: 'bridge' }] } };
    }, 0);
    await allocations.removeFrom('a', 'node');
    const { allocations: left } = JSON.parse(written()[0]?.body ?? '') as { allocations: unknown };
    assert.deepEqual(left, { other: resources, 'bridge of other': resources });
  });

  it('that are changed by others are not removed', async () => {
    const allocations = await start(() => consumer(5), 1);
    assert.equal(kindOf(await failure(allocations.removeUnchanged('a'))), 'Conflict');
    assert.equal(written().length, 1);
  });

  it('tell of an endpoint that is none of Placement', async () => {
    const allocations = await start(() => ({ status: 200, body: '<html>welcome</html>' }), 0);
    const error = await failure(allocations.of('a'));
    assert.match((error as Error).message, /answer to allocations.get is not as the service's API says/);
  });
});
