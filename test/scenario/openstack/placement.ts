import assert from 'node:assert/strict';
import { kindOf, ServiceError, type ErrorKind } from '../../../src/errors/kinds.js';
import { isConcurrentUpdate, isInventoryInUse, type Inventories } from '../../../src/openstack/placement.js';
import type { Others, Scenario } from './stage.js';

const NODE = 'aaaaaaaa-0000-4000-8000-000000000001';
const OTHER_NODE = 'aaaaaaaa-0000-4000-8000-000000000002';
const [A, B, C, D, E] = ['1', '2', '3', '4', '5'].map((n) => `bbbbbbbb-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
  string,
];
/** A network agent's provider, as Neutron's agents make them under ours. */
const BRIDGE = 'aaaaaaaa-0000-4000-8000-000000000003';
const BANDWIDTH = 'NET_BW_IGR_KILOBIT_PER_SEC';
const PROJECT = 'cccccccc00004000800000000000000a';
const USER = 'cccccccc00004000800000000000000b';

const INVENTORIES: Inventories = {
  VCPU: { total: 8, reserved: 0, min_unit: 1, max_unit: 8, step_size: 1, allocation_ratio: 4 },
  MEMORY_MB: { total: 8192, reserved: 512, min_unit: 1, max_unit: 8192, step_size: 1, allocation_ratio: 1 },
};

/** Fails unless the work ends with that kind (and that test says yes). */
export async function refuses(
  kind: ErrorKind,
  work: Promise<unknown>,
  holds: (error: ServiceError) => boolean = () => true,
): Promise<void> {
  await assert.rejects(work, (error: Error) => {
    assert.equal(kindOf(error), kind, error.message);
    assert.ok(error instanceof ServiceError && holds(error), error.message);
    return true;
  });
}

/** What the scheduler does when it has chosen us. */
function allocate(others: Others, consumer: string, resources: Record<string, number>): Promise<void> {
  const body = {
    allocations: { [NODE]: { resources } },
    ...{ project_id: PROJECT, user_id: USER, consumer_generation: null },
  };
  return others.ask('admin', 'placement', {
    method: 'PUT',
    path: `/allocations/${consumer}`,
    microversion: '1.28',
    body,
  });
}

/** What a failed run has left. */
async function sweep(others: Others): Promise<void> {
  const accept = [404];
  for (const consumer of [A, B, C, D, E]) {
    await others.ask('admin', 'placement', { method: 'DELETE', path: `/allocations/${consumer}`, accept });
  }
  for (const uuid of [BRIDGE, NODE, OTHER_NODE]) {
    await others.ask('admin', 'placement', { method: 'DELETE', path: `/resource_providers/${uuid}`, accept });
  }
}

const provider: Scenario = {
  name: 'provider',
  run: async ({ providers, others }) => {
    await others(sweep);
    assert.equal(await providers.get(NODE), undefined);
    assert.deepEqual(await providers.create(NODE, 'scenario node'), {
      uuid: NODE,
      name: 'scenario node',
      generation: 0,
    });
    assert.deepEqual(await providers.get(NODE), { uuid: NODE, name: 'scenario node', generation: 0 });
    assert.equal((await providers.byName('scenario node'))?.uuid, NODE);
    assert.equal(await providers.byName('nobody'), undefined);
    await refuses('Conflict', providers.create(NODE, 'another name'));
    await refuses('Conflict', providers.create(OTHER_NODE, 'scenario node'));
    await refuses('NotFound', providers.inventories(OTHER_NODE));
    await refuses('NotFound', providers.putTraits(OTHER_NODE, { generation: 0, value: [] }));

    assert.deepEqual(await providers.inventories(NODE), { generation: 0, value: {} });
    const written = await providers.putInventories(NODE, { generation: 0, value: INVENTORIES });
    assert.deepEqual(written, { generation: 1, value: INVENTORIES });
    assert.deepEqual(await providers.inventories(NODE), written);

    const names = ['COMPUTE_NODE', 'CUSTOM_DOCKER_ENGINE_20', 'HW_CPU_X86_AVX2', 'HW_CPU_OF_TOMORROW'];
    const known = [...(await providers.ensureTraits(names))].sort();
    assert.deepEqual(known, ['COMPUTE_NODE', 'CUSTOM_DOCKER_ENGINE_20', 'HW_CPU_X86_AVX2']);
    const traits = await providers.putTraits(NODE, { generation: 1, value: known });
    assert.deepEqual({ ...traits, value: [...traits.value].sort() }, { generation: 2, value: known });
    assert.deepEqual([...(await providers.traits(NODE)).value].sort(), known);
    await refuses('Invalid', providers.putTraits(NODE, { generation: 2, value: ['HW_CPU_OF_TOMORROW'] }));

    await refuses('Conflict', providers.putTraits(NODE, { generation: 1, value: [] }), isConcurrentUpdate);
    await refuses('Conflict', providers.putInventories(NODE, { generation: 1, value: {} }), isConcurrentUpdate);
    assert.deepEqual(await providers.aggregates(NODE), { generation: 2, value: [] });
    await providers.ensureResourceClass('CUSTOM_SCENARIO');
    await providers.ensureResourceClass('CUSTOM_SCENARIO');
    await providers.remove(NODE);
    await providers.remove(NODE);
    assert.equal(await providers.get(NODE), undefined);
  },
};

const allocations: Scenario = {
  name: 'allocations',
  run: async ({ providers, allocations: ours, others }) => {
    await others(sweep);
    await providers.create(NODE, 'scenario node');
    await providers.putInventories(NODE, { generation: 0, value: INVENTORIES });
    const one = { VCPU: 1, MEMORY_MB: 512 };
    assert.deepEqual(await ours.of(A), new Map());
    await others((they) => allocate(they, A, one));
    assert.deepEqual(await ours.of(A), new Map([[NODE, one]]));
    assert.deepEqual(await ours.ofProvider(NODE), new Map([[A, one]]));

    await ours.move(A, B);
    assert.deepEqual([await ours.of(A), await ours.of(B)], [new Map(), new Map([[NODE, one]])]);
    await ours.move(A, B);
    await ours.removeFrom(B, OTHER_NODE);
    assert.deepEqual(await ours.of(B), new Map([[NODE, one]]));
    await ours.removeFrom(B, NODE);
    assert.deepEqual(await ours.of(B), new Map());

    await others((they) => allocate(they, C, one));
    await ours.remove(C);
    await ours.remove(C);
    await others((they) => allocate(they, D, one));
    assert.equal(await ours.removeUnchanged(D), true);
    assert.equal(await ours.removeUnchanged(D), false);
    assert.deepEqual(await ours.ofProvider(NODE), new Map());

    await others((they) => allocate(they, E, one));
    const { generation } = await providers.inventories(NODE);
    const { MEMORY_MB } = INVENTORIES;
    assert.ok(MEMORY_MB);
    await refuses('Conflict', providers.putInventories(NODE, { generation, value: { MEMORY_MB } }), isInventoryInUse);
    await refuses('Conflict', providers.remove(NODE));
    await ours.remove(E);
    await providers.remove(NODE);
    await refuses('NotFound', ours.ofProvider(NODE));
  },
};

/** What Neutron does when an agent guarantees bandwidth. */
async function makeBridge(others: Others): Promise<void> {
  const ask = (method: 'POST' | 'PUT', path: string, body?: unknown) =>
    others.ask('admin', 'placement', { method, path, microversion: '1.28', body });
  const url = `/resource_providers/${BRIDGE}`;
  await ask('POST', '/resource_providers', { uuid: BRIDGE, name: 'scenario bridge', parent_provider_uuid: NODE });
  const inventories = { [BANDWIDTH]: { total: 1000 } };
  await ask('PUT', `${url}/inventories`, { resource_provider_generation: 0, inventories });
  await ask('PUT', '/traits/CUSTOM_PHYSNET_SCENARIO');
  await ask('PUT', `${url}/traits`, { resource_provider_generation: 1, traits: ['CUSTOM_PHYSNET_SCENARIO'] });
}

const shares: Scenario = {
  name: 'shares',
  run: async ({ providers, allocations: ours, shares: portsOwn, others }) => {
    await others(sweep);
    await providers.create(NODE, 'scenario node');
    await providers.putInventories(NODE, { generation: 0, value: INVENTORIES });
    await others(makeBridge);
    // What the agent has under our provider is not ours to touch.
    const { generation } = await providers.inventories(NODE);
    await providers.putInventories(NODE, { generation, value: INVENTORIES });
    const one = { VCPU: 1, MEMORY_MB: 512 };
    await others((they) => allocate(they, A, one));

    const wish = (amount: number) => ({
      hasGroups: true,
      groups: [{ id: B, resources: { [BANDWIDTH]: amount }, required: ['CUSTOM_PHYSNET_SCENARIO'] }],
      sameSubtree: [],
    });
    assert.equal(await portsOwn.candidate(wish(1001), NODE), undefined);
    const share = new Map([[BRIDGE, { [BANDWIDTH]: 600 }]]);
    const found = await portsOwn.candidate(wish(600), NODE);
    assert.deepEqual(found, { share, providers: new Map([[B, [BRIDGE]]]) });
    assert.deepEqual(await portsOwn.traits(BRIDGE), new Set(['CUSTOM_PHYSNET_SCENARIO']));

    await portsOwn.change(A, (held) => new Map([...held, ...share]));
    const both = new Map<string, Record<string, number>>([
      [NODE, one],
      [BRIDGE, { [BANDWIDTH]: 600 }],
    ]);
    assert.deepEqual(await portsOwn.held(A), both);
    // A move takes the port's share along, and a host that is left keeps nothing of it.
    await ours.move(A, C);
    assert.deepEqual(await ours.of(C), both);
    await ours.removeFrom(C, NODE);
    assert.deepEqual(await ours.of(C), new Map());
    await others(sweep);
  },
};

export const PLACEMENT_SCENARIOS: readonly Scenario[] = [provider, allocations, shares];
