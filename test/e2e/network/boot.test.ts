import assert from 'node:assert/strict';
import { Cloud, type Port } from './cloud.js';

describe('servers on Neutron networks: boot and delete', () => {
  let cloud: Cloud;
  let network: string;
  let empty: string;

  before(async () => {
    cloud = await Cloud.enter();
    network = await cloud.named('private');
    empty = await cloud.inventory();
  });
  afterEach(async () => {
    await cloud.clear();
    assert.equal(await cloud.inventoryLike(empty), empty);
  });

  it('have their network in the first instruction, metadata included', async () => {
    const server = await cloud.boot({ networks: [{ uuid: network }], as: 'demo' });
    assert.equal(server.status, 'ACTIVE', server.fault?.message);
    const [port] = await cloud.portsOf(server.id);
    assert.ok(port);
    const [address] = port.fixed_ips;
    assert.deepEqual(
      [port.status, port['binding:host_id'], port.device_owner, port.dns_name],
      ['ACTIVE', cloud.open.host, 'compute:nova', `probe-0`],
    );
    assert.deepEqual(
      server.addresses['private']?.map(({ addr }) => addr),
      [address?.ip_address],
    );
    const said = await cloud.said(server.id, /== serving/);
    assert.match(said, new RegExp(`eth0 .* ${address?.ip_address}/24`));
    assert.match(said, /i-[0-9a-f]{8} = metadata/);
    assert.match(said, new RegExp(`${address?.ip_address}\tprobe-0`));
  });

  it('get NICs in the order asked for: networks, a port, an address, two on one network', async () => {
    const second = await cloud.network('10.61.0.0/24', {
      dns_nameservers: ['9.9.9.9'],
      host_routes: [{ destination: '10.99.0.0/16', nexthop: '10.61.0.9' }],
    });
    const third = await cloud.network('10.62.0.0/24', { gateway_ip: null });
    const v6 = { network_id: third.id, ip_version: 6, cidr: 'fd00:62::/64', ipv6_address_mode: 'dhcpv6-stateful' };
    await cloud.make('subnet', v6);
    const mine = await cloud.make<Port>('port', { network_id: third.id });
    const networks = [
      { uuid: second.id, fixed_ip: '10.61.0.77' },
      { port: mine.id },
      { uuid: network },
      { uuid: network },
    ];
    const server = await cloud.boot({ networks });
    assert.equal(server.status, 'ACTIVE', server.fault?.message);
    const said = await cloud.said(server.id, /== serving/);
    const ports = await cloud.portsOf(server.id);
    const ours = mine.fixed_ips.map(({ ip_address }) => ip_address);
    assert.match(said, /eth0 .* 10\.61\.0\.77\/24/);
    for (const address of ours) assert.match(said, new RegExp(`eth1 .* ${address}/`));
    assert.equal(ours.length, 2);
    for (const device of ['eth2', 'eth3']) {
      const shown = new RegExp(`${device} +inet ([0-9.]+)/24`).exec(said)?.[1];
      const port = ports.find(({ fixed_ips: [first] }) => first?.ip_address === shown);
      const mac = await cloud.inside(server.id, 'cat', `/sys/class/net/${device}/address`);
      assert.deepEqual([port?.network_id, port?.mac_address], [network, mac.trim()], said);
    }
    assert.match(said, /default via 10\.61\.0\.1 dev eth0\s*$/m);
    assert.match(said, /10\.99\.0\.0\/16 via 10\.61\.0\.9 dev eth0/);
    assert.match(said, /nameserver 9\.9\.9\.9/);
    await cloud.delete(server.id);
    const [kept] = await cloud.ports(`id=${mine.id}`);
    assert.ok(kept);
    assert.deepEqual(
      [kept.device_id, kept.device_owner, kept['binding:host_id'], kept['binding:vif_type']],
      ['', '', '', 'unbound'],
    );
  });

  it('need none', async () => {
    const server = await cloud.boot({ networks: 'none' });
    assert.equal(server.status, 'ACTIVE', server.fault?.message);
    const said = await cloud.said(server.id, /== serving/);
    assert.equal(said.includes('eth0'), false);
    assert.match(said, /127\.0\.1\.1\tprobe-/);
  });

  it('keep the tag of a NIC, and the security groups by name', async () => {
    const group = await cloud.make('security_group', { name: 'only-http' });
    const server = await cloud.boot({
      networks: [{ uuid: network, tag: 'front' }],
      securityGroups: ['only-http', 'default'],
    });
    assert.equal(server.status, 'ACTIVE', server.fault?.message);
    const [port] = await cloud.portsOf(server.id);
    assert.equal(port?.security_groups.length, 2);
    assert.ok(port.security_groups.includes(group.id));
    const path = `/servers/${server.id}/os-interface`;
    const shown = await cloud.admin.get<{ interfaceAttachments: { tag: string }[] }>('compute', path, {
      microversion: '2.70',
    });
    assert.deepEqual(
      shown.interfaceAttachments.map(({ tag }) => tag),
      ['front'],
    );
  });

  it('go to ERROR with the reason when there is no address left, and leave no port', async () => {
    const full = await cloud.network('10.63.0.0/30', { gateway_ip: '10.63.0.1', enable_dhcp: false });
    const other = await cloud.network('10.64.0.0/24');
    await cloud.make('port', { network_id: full.id });
    const server = await cloud.boot({ networks: [{ uuid: other.id }, { uuid: full.id }] });
    assert.equal(server.status, 'ERROR');
    assert.match(server.fault?.message ?? '', new RegExp(`No fixed IP addresses available for network: ${full.id}`));
    assert.deepEqual(await cloud.portsOf(server.id), []);
  });

  it("go to ERROR when no agent can wire the port, and give the user's port back", async () => {
    const far = await cloud.make('network', {
      name: 'far',
      'provider:network_type': 'vlan',
      'provider:physical_network': 'nowhere',
      'provider:segmentation_id': 7,
    });
    await cloud.make('subnet', { network_id: far.id, ip_version: 4, cidr: '10.65.0.0/24', enable_dhcp: false });
    const port = await cloud.make<Port>('port', { network_id: far.id });
    const server = await cloud.boot({ networks: [{ port: port.id }] });
    assert.equal(server.status, 'ERROR');
    assert.match(server.fault?.message ?? '', /Binding failed for port/);
    const [kept] = await cloud.ports(`id=${port.id}`);
    assert.equal(kept?.device_id, '');
  });

  it('can be deleted while they are built', async () => {
    const id = await cloud.request({ networks: [{ uuid: network }, { uuid: network }] });
    await cloud.until(
      () => cloud.portsOf(id),
      (ports) => ports.length > 0,
      'a first port',
    );
    await cloud.delete(id);
    assert.deepEqual(await cloud.portsOf(id), []);
  });
});
