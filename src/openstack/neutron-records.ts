import { resourceRequestOf, type ResourceRequest } from './resource-request.js';
import { numberIn, objectIn, objectsIn, textIn, textsIn, type Json } from './shape.js';

/** Neutron's records, as far as they are read here. What only our service user is shown may be absent. */

export interface NeutronPort {
  readonly id: string;
  readonly networkId: string;
  readonly projectId: string;
  readonly macAddress: string;
  readonly fixedIps: readonly FixedIp[];
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly adminStateUp: boolean;
  readonly status: string;
  readonly dnsName: string;
  /** `deferred`: gets its addresses when it is bound; absent in Neutron's answer means `immediate`. */
  readonly ipAllocation: string;
  /** `binding:host_id` of the binding that is active; null: it has none, or the asker is not shown it. */
  readonly hostId: string | null;
  readonly vifType: string | null;
  readonly vifDetails: Json;
  readonly vnicType: string;
  readonly profile: Json;
  /** What it needs of Placement; null: nothing, or the asker is not shown it. */
  readonly resourceRequest: ResourceRequest | null;
}

export interface FixedIp {
  readonly subnetId: string;
  readonly address: string;
}

export interface NeutronNetwork {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly mtu: number | null;
  readonly isShared: boolean;
  readonly isExternal: boolean;
  readonly hasPortSecurity: boolean;
  readonly subnetIds: readonly string[];
  readonly dnsDomain: string;
  /** Null also when the asker is not shown it. */
  readonly networkType: string | null;
  readonly physicalNetwork: string | null;
  /** Of each segment of a multi-segment network; empty otherwise. */
  readonly segments: readonly (string | null)[];
}

export interface NeutronSubnet {
  readonly id: string;
  readonly networkId: string;
  readonly cidr: string;
  readonly version: number;
  readonly gateway: string | null;
  readonly isDhcpEnabled: boolean;
  readonly ipv6AddressMode: string | null;
  readonly nameservers: readonly string[];
  readonly hostRoutes: readonly { readonly destination: string; readonly nexthop: string }[];
}

/** Throws Unavailable for what is no port. */
export function portOf(json: Json): NeutronPort {
  const what = 'a port';
  const id = textIn(json['id'], what);
  return {
    id,
    networkId: textIn(json['network_id'], what),
    projectId: textOr(json['tenant_id'], ''),
    macAddress: textIn(json['mac_address'], what),
    fixedIps: objectsIn(json['fixed_ips'] ?? [], what).map((one) => ({
      subnetId: textIn(one['subnet_id'], what),
      address: textIn(one['ip_address'], what),
    })),
    deviceId: textOr(json['device_id'], ''),
    deviceOwner: textOr(json['device_owner'], ''),
    adminStateUp: json['admin_state_up'] !== false,
    status: textOr(json['status'], ''),
    dnsName: textOr(json['dns_name'], ''),
    ipAllocation: textOr(json['ip_allocation'], 'immediate'),
    hostId: textOrNull(json['binding:host_id']),
    vifType: textOrNull(json['binding:vif_type']),
    vifDetails: objectIn(json['binding:vif_details'] ?? {}, what),
    vnicType: textOr(json['binding:vnic_type'], 'normal'),
    profile: objectIn(json['binding:profile'] ?? {}, what),
    resourceRequest: resourceRequestOf(json['resource_request'], id),
  };
}

/** Throws Unavailable for what is no network. */
export function networkOf(json: Json): NeutronNetwork {
  const what = 'a network';
  const mtu = json['mtu'];
  return {
    id: textIn(json['id'], what),
    name: textOr(json['name'], ''),
    projectId: textOr(json['tenant_id'], ''),
    mtu: typeof mtu === 'number' && mtu > 0 ? mtu : null,
    isShared: json['shared'] === true,
    isExternal: json['router:external'] === true,
    hasPortSecurity: json['port_security_enabled'] !== false,
    subnetIds: textsIn(json['subnets'] ?? [], what),
    dnsDomain: textOr(json['dns_domain'], ''),
    networkType: textOrNull(json['provider:network_type']),
    physicalNetwork: textOrNull(json['provider:physical_network']),
    segments: objectsIn(json['segments'] ?? [], what).map((one) => textOrNull(one['provider:physical_network'])),
  };
}

/** Throws Unavailable for what is no subnet. */
export function subnetOf(json: Json): NeutronSubnet {
  const what = 'a subnet';
  return {
    id: textIn(json['id'], what),
    networkId: textIn(json['network_id'], what),
    cidr: textIn(json['cidr'], what),
    version: numberIn(json['ip_version'], what),
    gateway: textOrNull(json['gateway_ip']),
    isDhcpEnabled: json['enable_dhcp'] === true,
    ipv6AddressMode: textOrNull(json['ipv6_address_mode']),
    nameservers: textsIn(json['dns_nameservers'] ?? [], what),
    hostRoutes: objectsIn(json['host_routes'] ?? [], what).map((one) => ({
      destination: textIn(one['destination'], what),
      nexthop: textIn(one['nexthop'], what),
    })),
  };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
