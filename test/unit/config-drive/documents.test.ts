import { deepEqual, equal, ok } from 'node:assert/strict';
import { driveFiles } from '../../../src/config-drive/documents/drive.js';
import type { DriveFacts } from '../../../src/config-drive/facts.js';
import { facts, SETTINGS, UUID, VIFS } from './facts.js';

function drive(changes: Partial<DriveFacts> = {}, vendor: Readonly<Record<string, unknown>> = {}): Map<string, Buffer> {
  return new Map(driveFiles(facts(changes), SETTINGS, vendor).map(({ path, data }) => [path, data]));
}

function json(files: ReadonlyMap<string, Buffer>, path: string): Record<string, unknown> {
  const data = files.get(path);
  ok(data, `${path} is not in the drive`);
  return JSON.parse(data.toString()) as Record<string, unknown>;
}

const LATEST = 'openstack/latest/meta_data.json';

describe('config-drive/documents', () => {
  it('is this, for a plain server', () => {
    const files = drive();
    deepEqual(json(files, LATEST), {
      uuid: UUID,
      hostname: 'web-1.novalocal',
      name: 'web 1',
      launch_index: 0,
      availability_zone: 'nova',
      random_seed: 'c2VlZA==',
      project_id: 'project-1',
      devices: [],
      dedicated_cpus: [],
    });
    deepEqual(json(files, 'openstack/latest/network_data.json'), {});
    deepEqual(json(files, 'openstack/latest/vendor_data.json'), {});
    equal(files.has('openstack/latest/user_data'), false);
  });

  it('has both layouts in all their versions, and what came with which', () => {
    const paths = [...drive({ userData: 'aGk=' }).keys()];
    const ec2 = paths.filter((path) => path.startsWith('ec2/')).map((path) => path.split('/')[1]);
    equal(new Set(ec2).size, 8);
    equal(ec2.includes('1.0'), false);
    const of = (version: string): unknown => paths.filter((path) => path.startsWith(`openstack/${version}/`)).length;
    deepEqual(
      ['2012-08-10', '2013-04-04', '2013-10-17', '2015-10-15', '2016-10-06', '2020-10-14', 'latest'].map(of),
      [2, 2, 3, 4, 5, 5, 5],
    );
    const first = json(drive(), 'openstack/2012-08-10/meta_data.json');
    deepEqual(
      ['random_seed', 'project_id', 'devices', 'dedicated_cpus'].filter((key) => key in first),
      [],
    );
  });

  it('tells of keys, metadata, password, CPUs and files', () => {
    const files = drive({
      metadata: { role: 'db' },
      adminPassword: 'pw',
      keyName: 'me',
      keyData: 'ssh-rsa A',
      keypair: { name: 'me', type: 'ssh', publicKey: 'ssh-rsa A' },
      dedicatedCpus: [2, 3],
      files: [
        { path: '/etc/motd', data: 'aGVsbG8=' },
        { path: 'b', data: '' },
      ],
    });
    const latest = json(files, LATEST);
    deepEqual(latest['meta'], { role: 'db' });
    equal(latest['admin_pass'], 'pw');
    deepEqual(latest['public_keys'], { me: 'ssh-rsa A' });
    deepEqual(latest['keys'], [{ name: 'me', type: 'ssh', data: 'ssh-rsa A' }]);
    deepEqual(latest['dedicated_cpus'], [2, 3]);
    deepEqual(latest['files'], [
      { path: '/etc/motd', content_path: '/content/0000' },
      { path: 'b', content_path: '/content/0001' },
    ]);
    equal(files.get('openstack/content/0000')?.toString(), 'hello');
    deepEqual(json(files, 'ec2/latest/meta-data.json')['public-keys'], {
      0: { _name: '0=me', 'openssh-key': 'ssh-rsa A' },
    });
  });

  it('gives user data as they are, bytes or text', () => {
    const files = drive({ userData: Buffer.from([0x1f, 0x8b, 0]).toString('base64') });
    deepEqual([...(files.get('openstack/latest/user_data') ?? [])], [0x1f, 0x8b, 0]);
    deepEqual([...(files.get('ec2/latest/user-data') ?? [])], [0x1f, 0x8b, 0]);
  });

  it('tells what the operator says to all', () => {
    const files = drive({}, { cloud: 'blue' });
    deepEqual(json(files, 'openstack/latest/vendor_data.json'), { cloud: 'blue' });
    deepEqual(json(files, 'openstack/latest/vendor_data2.json'), { static: { cloud: 'blue' } });
  });

  it('has no domain where there is none', () => {
    const files = driveFiles(facts(), { ...SETTINGS, dhcpDomain: '' }, {});
    const latest = files.find(({ path }) => path === LATEST);
    equal((JSON.parse(String(latest?.data)) as { hostname: string }).hostname, 'web-1');
  });

  it('tells addresses', () => {
    const files = drive({ vifs: VIFS['both versions'] ?? [] });
    const { links, networks, services } = json(files, 'openstack/latest/network_data.json') as Record<
      string,
      unknown[]
    >;
    deepEqual(links?.[0], {
      id: 'tap11111111-22',
      vif_id: '11111111-2222-4333-8444-555566667777',
      type: 'ovs',
      mtu: null,
      ethernet_mac_address: 'fa:16:3e:00:00:01',
    });
    deepEqual(networks?.[0], {
      id: 'network0',
      type: 'ipv4',
      ip_address: '10.0.0.5',
      netmask: '255.255.255.0',
      routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.0.1' }],
      services: [{ type: 'dns', address: '10.0.0.2' }],
      link: 'tap11111111-22',
      network_id: '99999999-2222-4333-8444-555566667777',
    });
    deepEqual(services, [{ type: 'dns', address: '10.0.0.2' }]);
    const ec2 = json(drive({ vifs: VIFS['a floating address'] ?? [] }), 'ec2/latest/meta-data.json');
    deepEqual([ec2['local-ipv4'], ec2['public-ipv4']], ['10.0.0.5', '203.0.113.9']);
  });
});
