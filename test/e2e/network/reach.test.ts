import assert from 'node:assert/strict';
import { Cloud, type Port } from './cloud.js';

interface Rule {
  readonly id: string;
}

describe('servers on Neutron networks: who reaches whom', () => {
  let cloud: Cloud;
  let network: string;

  before(async () => {
    cloud = await Cloud.enter();
    network = await cloud.named('private');
  });
  afterEach(() => cloud.clear());

  /** A group that lets nothing in until rules are added. */
  async function group(name: string): Promise<{ id: string; allow: (port: number) => Promise<Rule> }> {
    const { id } = await cloud.make('security_group', { name });
    const allow = (port: number): Promise<Rule> => {
      const rule = {
        security_group_id: id,
        direction: 'ingress',
        protocol: 'tcp',
        port_range_min: port,
        port_range_max: port,
      };
      return cloud.make<Rule>('security_group_rule', rule);
    };
    return { id, allow };
  }

  const addressOf = async (id: string): Promise<string> => {
    const [port] = await cloud.portsOf(id);
    return port?.fixed_ips[0]?.ip_address ?? '';
  };

  /** What another server gets from that address on port 80; empty for nothing. */
  async function asked(from: string, address: string): Promise<string> {
    const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${address} 80 | tail -n 1`;
    return (await cloud.inside(from, 'sh', '-c', ask)).trim();
  }

  it('follows the rules of security groups, from the first packet and when they change', async () => {
    const closed = await group('closed');
    const from = await cloud.boot({ networks: [{ uuid: network }] });
    const to = await cloud.boot({ networks: [{ uuid: network }], securityGroups: ['closed'] });
    assert.deepEqual([from.status, to.status], ['ACTIVE', 'ACTIVE']);
    await cloud.said(to.id, /== serving/);
    const address = await addressOf(to.id);
    assert.equal(await asked(from.id, address), '');
    const rule = await closed.allow(80);
    await cloud.until(
      () => asked(from.id, address),
      (page) => page.startsWith('probe-'),
      'the rule to count',
    );
    await cloud.act(to.id, { reboot: { type: 'HARD' } }, 'ACTIVE');
    await cloud.until(
      () => asked(from.id, address),
      (page) => page.startsWith('probe-'),
      'it to answer again',
    );
    await cloud.admin.ask({ api: 'network', method: 'DELETE', path: `/security-group-rules/${rule.id}` });
    await cloud.until(
      () => asked(from.id, address),
      (page) => page === '',
      'the rule to count no more',
    );
  });

  it('reaches nothing that is forbidden even while it is plugged again', async () => {
    await group('closed');
    const from = await cloud.boot({ networks: [{ uuid: network }] });
    const to = await cloud.boot({ networks: [{ uuid: network }], securityGroups: ['closed'] });
    const address = await addressOf(to.id);
    await cloud.said(to.id, /== serving/);
    // As after a reboot of the host: the runtime makes the pair anew. Somebody knocks all the time.
    await cloud.act(to.id, { 'os-stop': null }, 'SHUTOFF');
    await cloud.host('ip', 'netns', 'delete', `nova-${to.id}`);
    const knock = `until [ -e /tmp/enough ]; do nc -w 1 ${address} 80 < /dev/null && echo reached; sleep 0.05; done`;
    const knocking = cloud.inside(from.id, 'sh', '-c', knock);
    await cloud.act(to.id, { 'os-start': null }, 'ACTIVE');
    await cloud.said(to.id, /(== serving[^]*){2}/);
    await cloud.inside(from.id, 'touch', '/tmp/enough');
    assert.equal((await knocking).includes('reached'), false);
  });

  it('finds the metadata service on a network without a router', async () => {
    const isolated = await cloud.network('10.81.0.0/24', { gateway_ip: null });
    const server = await cloud.boot({ networks: [{ uuid: isolated.id }] });
    assert.equal(server.status, 'ACTIVE', server.fault?.message);
    // The network is so young that its DHCP agent may still be at it.
    const ask = 'printf "GET /latest/meta-data/instance-id HTTP/1.0\\r\\n\\r\\n" | nc -w 5 169.254.169.254 80';
    await cloud.until(
      () => cloud.inside(server.id, 'sh', '-c', ask).catch(() => ''),
      (answer) => /i-[0-9a-f]{8}/.test(answer),
      'an answer',
    );
  });

  it('is reached from the host by a floating address, which the API shows', async () => {
    const open = await group('open');
    await open.allow(80);
    const server = await cloud.boot({ networks: [{ uuid: network }], securityGroups: ['open'] });
    const [port] = await cloud.portsOf(server.id);
    const outer = await cloud.named('public');
    const floating = await cloud.make<Port & { floating_ip_address: string }>('floatingip', {
      floating_network_id: outer,
      port_id: port?.id,
    });
    const address = floating.floating_ip_address;
    const page = await cloud.until(
      () => cloud.page(address),
      (seen) => seen !== undefined,
      `${address} to answer`,
    );
    assert.match(page ?? '', /^probe-/);
    const shown = await cloud.until(
      async () => Object.values((await cloud.server(server.id)).addresses).flat(),
      (all) => all.some(({ addr }) => addr === address),
      'the API to show it',
    );
    assert.equal(shown.find(({ addr }) => addr === address)?.['OS-EXT-IPS:type'], 'floating');
  });
});
