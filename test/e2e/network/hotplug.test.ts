import assert from 'node:assert/strict';
import { Cloud, type Port } from './cloud.js';

describe('servers on Neutron networks: hot plug', () => {
  let cloud: Cloud;
  let network: string;
  let other: string;

  before(async () => {
    cloud = await Cloud.enter();
    network = await cloud.named('private');
    ({ id: other } = await cloud.network('10.71.0.0/24'));
  });
  after(() => cloud.clear());

  async function attach(id: string, attachment: Record<string, unknown>): Promise<Port> {
    const path = `/servers/${id}/os-interface`;
    const body = { interfaceAttachment: attachment };
    const made = await cloud.admin.post<{ interfaceAttachment: { port_id: string } }>('compute', path, body);
    const [port] = await cloud.ports(`id=${made.interfaceAttachment.port_id}`);
    assert.ok(port);
    return port;
  }

  async function detach(id: string, portId: string): Promise<void> {
    await cloud.admin.ask({ api: 'compute', method: 'DELETE', path: `/servers/${id}/os-interface/${portId}` });
    await cloud.until(
      () => cloud.portsOf(id),
      (ports) => ports.every((port) => port.id !== portId),
      'the port to go',
    );
  }

  const addresses = (id: string): Promise<string> => cloud.inside(id, 'ip', '-o', 'addr');
  const addressOf = (port: Port): string => port.fixed_ips[0]?.ip_address ?? '';
  const shows = async (id: string, port: Port, device: string): Promise<void> => {
    assert.match(await addresses(id), new RegExp(`${device} .* ${addressOf(port)}/24`));
  };
  const listed = async (id: string): Promise<string[]> => {
    return Object.values((await cloud.server(id)).addresses).flatMap((all) => all.map(({ addr }) => addr));
  };

  it('of a first NIC, then of others, while it runs; kept over a reboot', async () => {
    const { id } = await cloud.boot({ networks: 'none' });
    const first = await attach(id, { net_id: network });
    await shows(id, first, 'eth0');
    await cloud.until(
      () => cloud.page(addressOf(first)),
      (page) => page === undefined || page !== '',
      'a page',
    );
    const mine = await cloud.make<Port>('port', { network_id: other });
    await attach(id, { port_id: mine.id });
    await shows(id, mine, 'eth1');
    assert.deepEqual(new Set(await listed(id)), new Set([addressOf(first), addressOf(mine)]));
    const third = await attach(id, { net_id: other, fixed_ips: [{ ip_address: '10.71.0.50' }] });
    assert.equal(addressOf(third), '10.71.0.50');
    await shows(id, third, 'eth2');
    await cloud.act(id, { reboot: { type: 'HARD' } }, 'ACTIVE');
    for (const [port, device] of [
      [first, 'eth0'],
      [mine, 'eth1'],
      [third, 'eth2'],
    ] as const)
      await shows(id, port, device);
    await detach(id, mine.id);
    assert.equal((await addresses(id)).includes('eth1'), false);
    const [kept] = await cloud.ports(`id=${mine.id}`);
    assert.equal(kept?.device_id, '');
    await detach(id, first.id);
    // What Neutron says of the first detach may come, and be read anew, after the second.
    await cloud.until(
      () => listed(id),
      (left) => left.join() === '10.71.0.50',
      'the address that is left',
    );
    await cloud.docker('restart', '-t', '1', `nova-${id}`);
    const left = await addresses(id);
    assert.match(left, /eth2/);
    assert.equal(/eth[01]/.test(left), false, left);
  });

  it('while it is paused and while it is stopped', async () => {
    const { id } = await cloud.boot({ networks: [{ uuid: network }] });
    await cloud.act(id, { pause: null }, 'PAUSED');
    const second = await attach(id, { net_id: other });
    await cloud.act(id, { unpause: null }, 'ACTIVE');
    await shows(id, second, 'eth1');
    await cloud.act(id, { 'os-stop': null }, 'SHUTOFF');
    await detach(id, second.id);
    const third = await attach(id, { net_id: other });
    await cloud.act(id, { 'os-start': null }, 'ACTIVE');
    await shows(id, third, 'eth1');
    assert.equal((await addresses(id)).includes(` ${addressOf(second)}/`), false);
  });

  it('of addresses', async () => {
    const { id } = await cloud.boot({ networks: [{ uuid: network }, { uuid: other }] });
    await cloud.admin.ask({
      api: 'compute',
      method: 'POST',
      path: `/servers/${id}/action`,
      body: { addFixedIp: { networkId: other } },
    });
    const more = await cloud.until(
      () => cloud.ports(`device_id=${id}&network_id=${other}`),
      ([port]) => port?.fixed_ips.length === 2,
      'a second address',
    );
    const [one, two] = more[0]?.fixed_ips.map(({ ip_address }) => ip_address) ?? [];
    await cloud.until(
      () => addresses(id),
      (seen) => seen.includes(`${two}/24`),
      'it inside',
    );
    await cloud.admin.ask({
      api: 'compute',
      method: 'POST',
      path: `/servers/${id}/action`,
      body: { removeFixedIp: { address: one } },
    });
    await cloud.until(
      () => addresses(id),
      (seen) => !seen.includes(`${one}/24`),
      'the first to go',
    );
    assert.match(await addresses(id), new RegExp(`eth1 .* ${two}/24`));
    await cloud.until(
      () => listed(id),
      (all) => all.includes(two ?? '') && !all.includes(one ?? ''),
      'the API to show it',
    );
  });

  it('by Neutron alone: another address, a deleted port', async () => {
    const { id } = await cloud.boot({ networks: [{ uuid: network }, { uuid: other }] });
    const [port] = await cloud.ports(`device_id=${id}&network_id=${other}`);
    const path = `/ports/${port?.id}`;
    const changed = { port: { fixed_ips: [{ ip_address: '10.71.0.99' }] } };
    await cloud.admin.ask({ api: 'network', method: 'PUT', path, body: changed });
    await cloud.until(
      () => addresses(id),
      (seen) => seen.includes('10.71.0.99/24'),
      'the new address',
    );
    await cloud.until(
      () => listed(id),
      (all) => all.includes('10.71.0.99'),
      'the API to show it',
    );
    await cloud.admin.ask({ api: 'network', method: 'DELETE', path });
    await cloud.until(
      () => addresses(id),
      (seen) => !seen.includes('eth1'),
      'the NIC to go',
    );
    await cloud.until(
      () => listed(id),
      (all) => !all.includes('10.71.0.99'),
      'the API to show it',
    );
  });

  it('that cannot be: a port in use, one that is not there, an address that is taken', async () => {
    const one = await cloud.boot({ networks: [{ uuid: other }] });
    const two = await cloud.boot({ networks: 'none' });
    const [taken] = await cloud.portsOf(one.id);
    const ask = async (attachment: Record<string, unknown>): Promise<number> => {
      const path = `/servers/${two.id}/os-interface`;
      const body = { interfaceAttachment: attachment };
      return (await cloud.admin.ask({ api: 'compute', method: 'POST', path, body, accept: [404, 409] })).status;
    };
    assert.equal(await ask({ port_id: taken?.id }), 409);
    assert.equal(await ask({ port_id: '00000000-0000-4000-8000-000000000000' }), 404);
    assert.equal(await ask({ net_id: other, fixed_ips: [{ ip_address: addressOf(taken as Port) }] }), 409);
    assert.deepEqual(await cloud.portsOf(two.id), []);
  });
});
