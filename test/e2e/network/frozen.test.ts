import assert from 'node:assert/strict';
import { Cloud, type Port, type Server } from './cloud.js';

/** Two ways to have a server stand still, and back. */
const WAYS = [
  { stop: { pause: null }, still: 'PAUSED', go: { unpause: null } },
  { stop: { suspend: null }, still: 'SUSPENDED', go: { resume: null } },
] as const;

describe('servers on Neutron networks: those that stand still', () => {
  let cloud: Cloud;
  let peer: Server;
  let one: Server;
  let address: string;
  let floating: string;

  before(async () => {
    cloud = await Cloud.enter();
    const network = await cloud.named('private');
    const { id: group } = await cloud.make('security_group', { name: 'open' });
    await cloud.make('security_group_rule', { security_group_id: group, direction: 'ingress' });
    peer = await cloud.boot({ networks: [{ uuid: network }] });
    one = await cloud.boot({ networks: [{ uuid: network }], securityGroups: ['open'] });
    assert.deepEqual([peer.status, one.status], ['ACTIVE', 'ACTIVE']);
    address = (await port()).fixed_ips[0]?.ip_address ?? '';
    const given = { floating_network_id: await cloud.named('public'), port_id: (await port()).id };
    floating = (await cloud.make<Port & { floating_ip_address: string }>('floatingip', given)).floating_ip_address;
    await cloud.said(one.id, /== serving/);
    await heard();
  });
  after(() => cloud.clear());

  async function port(): Promise<Port> {
    const [first] = await cloud.portsOf(one.id);
    return first ?? assert.fail('it has no port');
  }

  async function answers(ping: Promise<unknown>): Promise<boolean> {
    return ping.then(
      () => true,
      () => false,
    );
  }

  /** Whether it answers a server of its network, and the host through its floating address: by its kernel, and with a page. */
  async function answered(): Promise<readonly boolean[]> {
    // nc's own limit is about the connection only, and one that stands already when the server is frozen waits for ever.
    const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 4 nc -w 2 ${address} 80 | grep -q probe`;
    return Promise.all([
      answers(cloud.inside(peer.id, 'sh', '-c', `timeout 4 nc -w 2 ${address} 7 < /dev/null 2>&1 | grep -q refused`)),
      answers(cloud.inside(peer.id, 'sh', '-c', ask)),
      answers(cloud.host('busybox', 'ping', '-c', '1', '-W', '2', floating)),
      cloud.page(floating).then((page) => page !== undefined),
    ]);
  }

  const heard = async (): Promise<unknown> =>
    cloud.until(answered, (seen) => seen.every((one) => one), 'answers to all');

  async function silent(why: string): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) {
      assert.deepEqual(await answered(), [false, false, false, false], why);
    }
  }

  /** Of a server that has just been set going by somebody else than Nova. */
  const silentSoon = async (why: string): Promise<unknown> =>
    cloud.until(answered, (seen) => seen.every((one) => !one), why);

  const network = async (): Promise<string> => {
    const seen = await cloud.inside(one.id, 'sh', '-c', 'ip -o addr; ip route');
    return seen.replaceAll(/ (valid_lft|preferred_lft) \S+/g, '');
  };

  for (const { stop, still, go } of WAYS) {
    it(`${still}: answer nobody, and everybody as before when they go on; Neutron sees nothing of it`, async () => {
      const before = [await network(), await port()];
      await cloud.act(one.id, stop, still);
      await silent(still);
      const { status } = await port();
      assert.equal(status, 'ACTIVE');
      await cloud.act(one.id, go, 'ACTIVE');
      await heard();
      assert.deepEqual([await network(), await port()], before);
    });
  }

  it('stay silent over a restart of the service, and when their rules change', async () => {
    await cloud.act(one.id, { pause: null }, 'PAUSED');
    await cloud.open.service('compute').restart();
    await silent('after a restart of the service');
    const { security_groups: groups } = await port();
    const [group = ''] = groups;
    const rule = { security_group_id: group, direction: 'ingress', protocol: 'tcp', port_range_min: 22 };
    await cloud.make('security_group_rule', { ...rule, port_range_max: 22 });
    await silent('with one more rule');
    await cloud.act(one.id, { unpause: null }, 'ACTIVE');
    await heard();
  });

  it('are silenced, and heard again, however the service came to know of it', async () => {
    const container = `nova-${one.id}`;
    const service = cloud.open.service('compute');
    await cloud.docker('pause', container);
    await silentSoon('a freeze by hand');
    await cloud.docker('unpause', container);
    await heard();
    // Between the freeze and the silence a service can be killed, and the same on the way back.
    await service.kill();
    await cloud.docker('pause', container);
    await service.start();
    await silentSoon('a freeze while the service was away');
    await service.kill();
    await cloud.docker('unpause', container);
    await service.start();
    await heard();
  });

  it('are heard when the engine started them again, which knows of no freeze', async () => {
    await cloud.act(one.id, { suspend: null }, 'SUSPENDED');
    await cloud.open.service('docker').restart();
    await cloud.docker('start', `nova-${peer.id}`);
    await cloud.act(one.id, { resume: null }, 'ACTIVE');
    await heard();
    await cloud.act(one.id, { pause: null }, 'PAUSED');
    await cloud.docker('restart', '-t', '1', `nova-${one.id}`);
    await heard();
    await cloud.act(one.id, { reboot: { type: 'HARD' } }, 'ACTIVE');
    await heard();
  });
});
