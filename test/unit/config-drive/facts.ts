import type { DriveFacts } from '../../../src/config-drive/facts.js';
import type { Vif, VifSubnet } from '../../../src/objects/index.js';

export const UUID = '0a1b2c3d-1111-4222-8333-444455556666';
export const SETTINGS = { dhcpDomain: 'novalocal', skippedEc2Versions: ['1.0', '2007-01-19'] };

export function facts(changes: Partial<DriveFacts> = {}): DriveFacts {
  return {
    uuid: UUID,
    hostname: 'web-1',
    displayName: 'web 1',
    launchIndex: 0,
    availabilityZone: 'nova',
    projectId: 'project-1',
    flavorName: 'm1.tiny',
    metadata: {},
    keyName: null,
    keyData: null,
    keypair: null,
    userData: null,
    adminPassword: null,
    files: [],
    randomSeed: 'c2VlZA==',
    ec2: {
      instanceId: 'i-00000001',
      imageId: 'ami-00000001',
      kernelId: null,
      ramdiskId: null,
      reservationId: 'r-1',
      securityGroups: ['default'],
      blockDevices: { ami: 'sda1', root: '/dev/sda1' },
    },
    dedicatedCpus: [],
    vifs: [],
    ...changes,
  };
}

function ip(address: string, version: number, type = 'fixed') {
  return { address, type, version, meta: {}, floating_ips: [] };
}

export function subnet(cidr: string, address: string | null, changes: Partial<VifSubnet> = {}): VifSubnet {
  const version = cidr.includes(':') ? 6 : 4;
  return {
    cidr,
    dns: [],
    gateway: null,
    ips: address === null ? [] : [ip(address, version)],
    routes: [],
    version,
    meta: {},
    ...changes,
  };
}

export function vif(subnets: readonly VifSubnet[], changes: Partial<Vif> = {}): Vif {
  return {
    id: '11111111-2222-4333-8444-555566667777',
    address: 'fa:16:3e:00:00:01',
    network: {
      id: '99999999-2222-4333-8444-555566667777',
      bridge: 'br-int',
      label: 'private',
      subnets,
      meta: { mtu: 1450 },
    },
    type: 'ovs',
    details: {},
    devname: 'tap11111111-22',
    ovs_interfaceid: null,
    qbh_params: null,
    qbg_params: null,
    active: true,
    vnic_type: 'normal',
    profile: {},
    preserve_on_delete: false,
    delegate_create: true,
    meta: {},
    ...changes,
  };
}

const gateway = { address: '10.0.0.1', type: 'gateway', version: 4, meta: {} };
const dns = { address: '10.0.0.2', type: 'dns', version: 4, meta: {} };
const floating = { address: '203.0.113.9', type: 'floating', version: 4, meta: {} };

/** Ports of many kinds. */
export const VIFS: Readonly<Record<string, readonly Vif[]>> = {
  none: [],
  'without network': [vif([], { network: null })],
  'without subnet': [vif([])],
  static: [
    vif([
      subnet('10.0.0.0/24', '10.0.0.5', {
        gateway,
        dns: [dns],
        routes: [{ cidr: '192.168.9.0/28', gateway, interface: null, meta: {} }],
      }),
    ]),
  ],
  dhcp: [vif([subnet('10.0.0.0/24', '10.0.0.5', { gateway, dns: [dns], meta: { dhcp_server: '10.0.0.3' } })])],
  'both versions': [
    vif([
      subnet('10.0.0.0/24', '10.0.0.5', { gateway, dns: [dns] }),
      subnet('fd00:1::/64', 'fd00:1::5', {
        gateway: { ...gateway, address: 'fd00:1::1', version: 6 },
        meta: { ipv6_address_mode: 'slaac', dhcp_server: 'fd00:1::3' },
      }),
    ]),
    vif([subnet('fd00:2::/48', 'fd00:2::7')], { type: 'other', devname: null }),
  ],
  'an address of each of two subnets': [
    vif([subnet('10.0.0.0/24', '10.0.0.5'), subnet('10.1.0.0/24', '10.1.0.5')]),
    vif([subnet('10.2.0.0/16', null, { dns: [dns] })]),
  ],
  'a floating address': [
    vif([
      subnet('10.0.0.0/24', null, {
        gateway,
        ips: [{ address: '10.0.0.5', type: 'fixed', version: 4, meta: {}, floating_ips: [floating] }],
      }),
    ]),
  ],
};
