import { portOf, type NeutronPort } from '../../../../src/openstack/neutron-records.js';
import type { Json } from '../../../../src/openstack/shape.js';

/** Ports as neutron-server 21 shows them to the service, as far as they are read here. */

export const BRIDGE = 'aaaaaaaa-0000-4000-8000-000000000001';
export const SWITCH = 'aaaaaaaa-0000-4000-8000-000000000002';
export const NODE = 'aaaaaaaa-0000-4000-8000-000000000003';
export const PORT = 'bbbbbbbb-0000-4000-8000-000000000001';
export const BANDWIDTH = 'cccccccc-0000-5000-8000-000000000001';
export const PACKETS = 'cccccccc-0000-5000-8000-000000000002';

export const TRAITS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [NODE, new Set(['COMPUTE_NODE'])],
  [BRIDGE, new Set(['CUSTOM_PHYSNET_PUBLIC', 'CUSTOM_VNIC_TYPE_NORMAL'])],
  [SWITCH, new Set(['CUSTOM_VNIC_TYPE_NORMAL'])],
]);

/** With the extension port-resource-request-groups. */
export const GROUPS = {
  request_groups: [
    {
      id: BANDWIDTH,
      required: ['CUSTOM_PHYSNET_PUBLIC', 'CUSTOM_VNIC_TYPE_NORMAL'],
      resources: { NET_BW_IGR_KILOBIT_PER_SEC: 1000 },
    },
    {
      id: PACKETS,
      required: ['CUSTOM_VNIC_TYPE_NORMAL'],
      resources: { NET_PACKET_RATE_KILOPACKET_PER_SEC: 100 },
    },
  ],
  same_subtree: [BANDWIDTH, PACKETS],
};

/** Without it. */
export const ONE_GROUP = {
  required: ['CUSTOM_PHYSNET_PUBLIC', 'CUSTOM_VNIC_TYPE_NORMAL'],
  resources: { NET_BW_IGR_KILOBIT_PER_SEC: 1000, NET_BW_EGR_KILOBIT_PER_SEC: 500 },
};

export function portJson(fields: Json = {}): Json {
  return {
    id: PORT,
    network_id: 'network-1',
    tenant_id: 'p',
    mac_address: 'fa:16:3e:00:00:01',
    fixed_ips: [{ subnet_id: 'subnet-1', ip_address: '10.0.0.5' }],
    device_id: '',
    'binding:vif_type': 'ovs',
    'binding:profile': {},
    resource_request: null,
    ...fields,
  };
}

export function port(request: unknown, profile: Json = {}, id = PORT): NeutronPort {
  return portOf(portJson({ id, resource_request: request, 'binding:profile': profile }));
}
