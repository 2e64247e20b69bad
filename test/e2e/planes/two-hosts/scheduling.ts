import assert from 'node:assert/strict';
import { until } from '../../../../tools/plane/machine/wait.js';
import { HOSTS, hostOf, type Cloud, type Shown } from './cloud.js';

const never = new AbortController().signal;

interface Inventory {
  readonly total: number;
  readonly reserved: number;
  readonly allocation_ratio: number;
  readonly max_unit: number;
}

/** Where Nova's scheduler puts servers, with nothing but real hosts behind it. */
export function describeScheduling(cloudOf: () => Cloud): void {
  describe('servers are put where they belong:', function () {
    this.timeout(900_000);
    let cloud: Cloud;
    const made: string[] = [];
    before(() => (cloud = cloudOf()));
    afterEach(() => cloud.delete(...made.splice(0)));

    async function create(more: object = {}, around: object = {}): Promise<string> {
      const id = await cloud.create('placed', more, {}, around);
      made.push(id);
      return id;
    }
    const boot = async (more: object = {}, around: object = {}): Promise<Shown> =>
      cloud.reaches(await create(more, around), 'ACTIVE');
    const hostsOf = (servers: readonly Shown[]): readonly string[] => [...new Set(servers.map(hostOf))].sort();

    /** In one request: the scheduler counts each before it puts the next one. */
    async function several(count: number): Promise<readonly Shown[]> {
      const { body } = await cloud.answer('compute', '/servers', {
        body: {
          server: {
            ...{ name: 'many', imageRef: await cloud.imageId(), flavorRef: await cloud.flavorId('m1.nano') },
            ...{ networks: 'none', min_count: count, max_count: count, return_reservation_id: true },
          },
        },
      });
      const path = `/servers?reservation_id=${(body as { reservation_id: string }).reservation_id}`;
      const { servers } = await cloud.ask<{ servers: { id: string }[] }>('compute', path);
      made.push(...servers.map(({ id }) => id));
      assert.equal(servers.length, count);
      return Promise.all(servers.map(({ id }) => cloud.reaches(id, 'ACTIVE')));
    }

    it('several are spread over both hosts', async () => {
      assert.deepEqual(hostsOf(await several(5)), HOSTS);
    });

    for (const [what, off, on] of [
      ['disabled', { status: 'disabled', disabled_reason: 'test' }, { status: 'enabled' }],
      ['forced down', { forced_down: true }, { forced_down: false }],
    ] as const) {
      it(`none goes to a host that is ${what}`, async () => {
        await cloud.service('compute2', off);
        try {
          assert.deepEqual(hostsOf(await several(3)), ['compute1']);
        } finally {
          await cloud.service('compute2', on);
        }
      });
    }

    describe('in zones and aggregates', () => {
      const ids: number[] = [];
      before(async () => {
        for (const [name, host] of [['west', HOSTS[0]] as const, ['east', HOSTS[1]] as const]) {
          const aggregate = { name, availability_zone: name };
          type Made = { aggregate: { id: number } };
          const made = await cloud.ask<Made>('compute', '/os-aggregates', { body: { aggregate } });
          ids.push(made.aggregate.id);
          await cloud.ask('compute', `/os-aggregates/${made.aggregate.id}/action`, { body: { add_host: { host } } });
        }
      });
      after(async () => {
        for (const [nth, id] of ids.entries()) {
          const body = { remove_host: { host: HOSTS[nth] } };
          await cloud.answer('compute', `/os-aggregates/${id}/action`, { body });
          await cloud.ask('compute', `/os-aggregates/${id}`, { method: 'DELETE' });
        }
      });

      it('one goes to the zone that it is to be in, and does not leave it', async () => {
        const zones = ['west', 'east'];
        const both = await Promise.all(zones.map((availability_zone) => boot({ availability_zone })));
        assert.deepEqual(both.map(hostOf), HOSTS);
        // There is no other host in its zone.
        const [server] = both as [Shown];
        await cloud.act(server.id, { migrate: null });
        const isTold = async (): Promise<boolean> => {
          const events = await cloud.eventsOf(server.id, 'migrate');
          return events.some(({ result }) => result === 'Error');
        };
        await until(isTold, { what: 'the migration to be refused', signal: never, everyMs: 500 });
        assert.equal(hostOf(await cloud.reaches(server.id, 'ACTIVE')), HOSTS[0]);
      });

      it('one for a zone that there is not is refused', async () => {
        await assert.rejects(create({ availability_zone: 'north' }), /400.*availability zone/);
      });

      it('images are brought to the hosts of an aggregate', async () => {
        const image = await cloud.image('for-east');
        try {
          await cloud.ask('compute', `/os-aggregates/${ids[1] ?? ''}/images`, { body: { cache: [{ id: image }] } });
          const has = async (host: string): Promise<boolean> =>
            (await cloud.open.on(host).docker(['images', '--format', '{{.Repository}}'])).includes(image);
          await until(() => has('compute2'), { what: 'the image to be there', signal: never, everyMs: 500 });
          assert.equal(await has('compute1'), false);
        } finally {
          await cloud.answer('image', `/images/${image}`, { method: 'DELETE' });
        }
      });
    });

    async function group(policy: string): Promise<{ 'os:scheduler_hints': { group: string } }> {
      const wish = { name: policy, policy };
      const path = '/os-server-groups';
      const made = await cloud.ask<{ server_group: { id: string } }>('compute', path, { body: { server_group: wish } });
      return { 'os:scheduler_hints': { group: made.server_group.id } };
    }

    it('those of an affinity group are together', async () => {
      const hint = await group('affinity');
      const first = await boot({}, hint);
      const rest = await Promise.all([boot({}, hint), boot({}, hint)]);
      assert.deepEqual(hostsOf(rest), [hostOf(first)]);
    });

    it('those of an anti-affinity group are apart, asked for at once; one too many is told so', async () => {
      const hint = await group('anti-affinity');
      const pair = await Promise.all([boot({}, hint), boot({}, hint)]);
      assert.deepEqual(hostsOf(pair), HOSTS);
      const { fault, id } = await cloud.reaches(await create({}, hint), 'ERROR');
      assert.match(fault?.message ?? '', /No valid host was found/);
      assert.deepEqual(await cloud.held(id), {});
    });

    /** What Placement has of a host's memory, in MiB. */
    async function memoryOf(provider: string): Promise<{ readonly free: number; readonly largest: number }> {
      const path = `/resource_providers/${provider}`;
      type Inventories = { inventories: Record<string, Inventory> };
      const { inventories } = await cloud.ask<Inventories>('placement', `${path}/inventories`);
      const { usages } = await cloud.ask<{ usages: Record<string, number> }>('placement', `${path}/usages`);
      const { total, reserved, allocation_ratio: ratio, max_unit: largest } = inventories['MEMORY_MB'] as Inventory;
      return { free: Math.floor((total - reserved) * ratio) - (usages['MEMORY_MB'] ?? 0), largest };
    }

    /** Consumers that leave only so much of the host. */
    async function fill(provider: string, leftMb: number): Promise<readonly string[]> {
      const { free, largest } = await memoryOf(provider);
      const full = Math.floor((free - leftMb) / largest);
      const amounts = [...Array<number>(full).fill(largest), free - leftMb - full * largest].filter((one) => one > 0);
      const owner = { project_id: 'filler', user_id: 'filler', consumer_generation: null, consumer_type: 'FILLER' };
      const of = (amount: number) => ({
        ...owner,
        allocations: { [provider]: { resources: { MEMORY_MB: amount } } },
      });
      const body = Object.fromEntries(amounts.map((amount) => [crypto.randomUUID(), of(amount)]));
      await cloud.ask('placement', '/allocations', { body });
      return Object.keys(body);
    }

    it('no more are on nearly full hosts than they have room for; who is too late is told so', async () => {
      const providers = [...(await cloud.providers()).keys()];
      const size = await cloud.flavor('third', 64);
      const fillers: string[] = [];
      try {
        for (const provider of providers) fillers.push(...(await fill(provider, 2 * 64 + 32)));
        const ids = await Promise.all(Array.from({ length: 7 }, () => create({ flavorRef: size })));
        const ends = await Promise.all(ids.map(settled));
        for (const provider of providers) assert.equal((await memoryOf(provider)).free, 32);
        const failed = ends.filter(({ status }) => status === 'ERROR');
        assert.equal(failed.length, 3);
        for (const { fault, id } of failed) {
          assert.match(fault?.message ?? '', /No valid host was found/);
          assert.deepEqual(await cloud.held(id), {});
        }
      } finally {
        for (const filler of fillers) await cloud.ask('placement', `/allocations/${filler}`, { method: 'DELETE' });
      }
    });

    async function settled(id: string): Promise<Shown> {
      return until(
        async () => {
          const shown = await cloud.show(id);
          return shown.status === 'ACTIVE' || shown.status === 'ERROR' ? shown : null;
        },
        { what: `${id} to be built or not`, signal: never, everyMs: 1000, timeoutMs: 300_000 },
      );
    }
  });
}
