import type { Vif, VifNetwork, VifSubnet } from '../../../src/objects/index.js';
import type { VifSettings } from '../../../src/network/vif-types/nic.js';

export const UUID = '1f320668-04c3-4edf-a1c4-e2192b2e7a72';
export const PORT = 'bb398d22-665b-4029-abcc-1ec1dede199b';
export const OTHER_PORT = '91f5a331-a619-4c7f-b56f-53bc2ea6173e';
export const SETTINGS: VifSettings = { ovsdbConnection: null, wiringTimeoutSeconds: 30 };

/** `binding:vif_details` as neutron-server 21 gave them. */
export const DETAILS = {
  ovs: {
    connectivity: 'l2',
    port_filter: true,
    ovs_hybrid_plug: false,
    datapath_type: 'system',
    bridge_name: 'br-int',
    bound_drivers: { '0': 'openvswitch' },
  },
  bridge: { connectivity: 'l2', port_filter: true, bound_drivers: { '0': 'linuxbridge' } },
} as const;

export function ip(address: string, type = 'fixed') {
  return { address, type, version: address.includes(':') ? 6 : 4, meta: {} };
}

export function subnet(cidr: string, addresses: readonly string[], more: Partial<VifSubnet> = {}): VifSubnet {
  const ips = addresses.map((address) => ({ ...ip(address), floating_ips: [] }));
  const version = cidr.includes(':') ? 6 : 4;
  return {
    cidr,
    dns: [],
    gateway: { ...ip(''), address: null, type: 'gateway' },
    ips,
    routes: [],
    version,
    meta: {},
    ...more,
  };
}

export function route(cidr: string, nexthop: string) {
  return { cidr, gateway: ip(nexthop, 'gateway'), interface: null, meta: {} };
}

export function vif(
  more: Omit<Partial<Vif>, 'network'> & { subnets?: readonly VifSubnet[]; network?: Partial<VifNetwork> } = {},
): Vif {
  const { subnets, network, ...rest } = more;
  return {
    id: PORT,
    address: 'fa:16:3e:83:25:74',
    type: 'ovs',
    details: DETAILS.ovs,
    devname: 'tapbb398d22-66',
    ovs_interfaceid: more.id ?? PORT,
    qbh_params: null,
    qbg_params: null,
    active: false,
    vnic_type: 'normal',
    profile: {},
    preserve_on_delete: false,
    delegate_create: true,
    meta: {},
    ...rest,
    network: {
      id: '888f1de3-eaf6-4b38-9cfe-d35b0d635e54',
      bridge: 'br-int',
      label: 'net1',
      subnets: subnets ?? [subnet('10.78.0.0/24', ['10.78.0.246'], { gateway: ip('10.78.0.1', 'gateway') })],
      meta: { mtu: 1450 },
      ...network,
    },
  };
}
