import assert from 'node:assert/strict';
import { resourceRequestOf } from '../../../src/openstack/resource-request.js';
import { createShares, type Share } from '../../../src/openstack/shares.js';
import type { Asked, Scripted } from '../../double/service.js';
import { failure, startBench, type Bench } from './session-double.js';

const CONFLICT: Scripted = {
  status: 409,
  body: { errors: [{ status: 409, detail: 'changed', code: 'placement.concurrent_update' }] },
};

const consumer = (generation: number, resources: Readonly<Record<string, number>>): Scripted => ({
  status: 200,
  body: {
    allocations: { node: { generation: 9, resources } },
    ...{ consumer_generation: generation, project_id: 'p', user_id: 'u' },
  },
});

const more = (held: Share): Share => new Map([...held, ['bridge', { X: 1 }]]);

describe('openstack shares of allocations', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  async function start(answer: (asked: Asked, writes: number) => Scripted) {
    let writes = 0;
    bench = await startBench({ answer: (asked) => answer(asked, asked.method === 'GET' ? writes : ++writes) });
    return createShares(bench.session);
  }

  const written = () =>
    bench.service.asked.filter(({ method }) => method !== 'GET').map(({ body }) => JSON.parse(body) as unknown);

  it('are added to what a consumer holds now', async () => {
    const shares = await start((asked, writes) => {
      if (asked.method === 'GET') return consumer(3 + writes, { VCPU: 1 + writes });
      return writes === 1 ? CONFLICT : { status: 204 };
    });
    await shares.change('server', more);
    const body = (generation: number, cpus: number) => ({
      allocations: { node: { resources: { VCPU: cpus } }, bridge: { resources: { X: 1 } } },
      ...{ project_id: 'p', user_id: 'u', consumer_generation: generation },
    });
    assert.deepEqual(written(), [body(3, 1), body(4, 2)]);
  });

  it('are not added again when the answer to an addition that worked was lost', async () => {
    let held: unknown = { node: { generation: 9, resources: { VCPU: 1 } } };
    const shares = await start((asked) => {
      if (asked.method === 'GET') return { status: 200, body: { allocations: held, consumer_generation: 3 } };
      held = (JSON.parse(asked.body) as { allocations: unknown }).allocations;
      return CONFLICT;
    });
    await shares.change('server', more);
    assert.equal(written().length, 1);
  });

  it('are left alone when nothing changes', async () => {
    const shares = await start(() => consumer(3, { VCPU: 1 }));
    await shares.change('server', (held) => held);
    assert.deepEqual(written(), []);
  });

  it('are given up after some tries', async () => {
    const shares = await start((asked, writes) =>
      asked.method === 'GET' ? consumer(3 + writes, { VCPU: 1 + writes }) : CONFLICT,
    );
    await failure(shares.change('server', more));
    assert.equal(written().length, 4);
  });

  const groups = [
    {
      id: 'a',
      required: ['CUSTOM_PHYSNET_X', 'CUSTOM_VNIC_TYPE_NORMAL'],
      resources: { NET_BW_IGR_KILOBIT_PER_SEC: 7 },
    },
    { id: 'b', resources: { NET_PACKET_RATE_KILOPACKET_PER_SEC: 8 } },
  ];

  it('are asked for in the tree of this host', async () => {
    const answer = {
      allocation_requests: [
        {
          allocations: { bridge: { resources: { NET_BW_IGR_KILOBIT_PER_SEC: 7 } } },
          mappings: { a: ['bridge'], b: ['switch'] },
        },
      ],
      provider_summaries: {},
    };
    const shares = await start(() => ({ status: 200, body: answer }));
    const request = resourceRequestOf({ request_groups: groups, same_subtree: ['a', 'b'] }, 'port') ?? assert.fail();
    assert.deepEqual(await shares.candidate(request, 'node'), {
      share: new Map([['bridge', { NET_BW_IGR_KILOBIT_PER_SEC: 7 }]]),
      providers: new Map([
        ['a', ['bridge']],
        ['b', ['switch']],
      ]),
    });
    const [asked] = bench.service.asked;
    assert.equal(asked?.headers['openstack-api-version'], 'placement 1.36');
    const query = new URL(asked?.path ?? '', 'http://placement').searchParams;
    assert.deepEqual(Object.fromEntries(query), {
      group_policy: 'none',
      same_subtree: 'a,b',
      resourcesa: 'NET_BW_IGR_KILOBIT_PER_SEC:7',
      requireda: 'CUSTOM_PHYSNET_X,CUSTOM_VNIC_TYPE_NORMAL',
      in_treea: 'node',
      resourcesb: 'NET_PACKET_RATE_KILOPACKET_PER_SEC:8',
      in_treeb: 'node',
    });
  });

  it('cannot be had where there is not enough', async () => {
    const shares = await start(() => ({ status: 200, body: { allocation_requests: [], provider_summaries: {} } }));
    const request = resourceRequestOf({ resources: { X: 1 } }, 'port') ?? assert.fail();
    assert.equal(await shares.candidate(request, 'node'), undefined);
  });
});
