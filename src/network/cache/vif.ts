import type { Vif, VifFixedIp, VifIp, VifNetwork, VifSubnet } from '../../objects/index.js';
import type { FloatingIp } from '../../openstack/neutron.js';
import type { NeutronNetwork, NeutronPort, NeutronSubnet } from '../../openstack/neutron-records.js';
import { sameNetwork, parseCidr } from '../plan/addresses.js';

/** NIC_NAME_LEN of nova/network/model.py. */
const NAME_LENGTH = 14;
/** Networks that reach other hosts through a tunnel (L3_NETWORK_TYPES of nova/network/constants.py). */
const TUNNELED = new Set(['vxlan', 'gre', 'geneve']);

/** Everything that Neutron says about one port, brought together. */
export interface PortFacts {
  readonly port: NeutronPort;
  readonly network: NeutronNetwork;
  /** At least those that the port has addresses of. */
  readonly subnets: readonly NeutronSubnet[];
  readonly floatingIps: readonly FloatingIp[];
  /** Ports of agents and routers on the network. */
  readonly infrastructure: readonly NeutronPort[];
}

export interface VifOptions {
  /** `[neutron] ovs_bridge` */
  readonly ovsBridge: string;
  readonly preserveOnDelete: boolean;
}

/**
 * The entry of a port in Nova's network cache (nova/network/neutron.py _build_vif_model, release 26; with what release
 * 31 adds to a subnet).
 */
export function vifOf(facts: PortFacts, options: VifOptions): Vif {
  const { port } = facts;
  return {
    id: port.id,
    address: port.macAddress,
    network: networkOf(facts, options),
    type: port.vifType,
    details: port.vifDetails,
    devname: `tap${port.id}`.slice(0, NAME_LENGTH),
    ovs_interfaceid: port.vifType === 'ovs' ? port.id : null,
    qbh_params: null,
    qbg_params: null,
    // What is switched off is as active as it will be: nobody waits for it.
    active: !port.adminStateUp || port.status === 'ACTIVE',
    vnic_type: port.vnicType,
    profile: port.profile,
    preserve_on_delete: options.preserveOnDelete,
    delegate_create: true,
    meta: {},
  };
}

function networkOf(facts: PortFacts, options: VifOptions): VifNetwork {
  const { network, port } = facts;
  const physical = network.segments.length > 0 ? (network.segments.find(Boolean) ?? null) : network.physicalNetwork;
  return {
    id: port.networkId,
    bridge: bridgeOf(port, options),
    label: network.name,
    subnets: subnetsOf(facts),
    meta: {
      injected: false,
      tenant_id: network.projectId === '' ? port.projectId : network.projectId,
      mtu: network.mtu,
      physical_network: physical,
      tunneled: network.segments.length === 0 && TUNNELED.has(network.networkType ?? ''),
      ...(port.vifType === 'bridge' ? { should_create_bridge: true } : {}),
    },
  };
}

function bridgeOf(port: NeutronPort, { ovsBridge }: VifOptions): string | null {
  const stated = port.vifDetails['bridge_name'];
  const usual = port.vifType === 'ovs' ? ovsBridge : port.vifType === 'bridge' ? `brq${port.networkId}` : null;
  const name = usual !== null && typeof stated === 'string' ? stated : usual;
  return name?.slice(0, NAME_LENGTH) ?? null;
}

/** Subnets in the order of the port's addresses. */
function subnetsOf(facts: PortFacts): readonly VifSubnet[] {
  const ids = [...new Set(facts.port.fixedIps.map(({ subnetId }) => subnetId))];
  return ids.flatMap((id) =>
    facts.subnets.filter((subnet) => subnet.id === id).map((subnet) => subnetOf(subnet, facts)),
  );
}

function subnetOf(subnet: NeutronSubnet, facts: PortFacts): VifSubnet {
  return {
    cidr: subnet.cidr,
    dns: subnet.nameservers.map((address) => ipOf(address, 'dns')),
    gateway:
      subnet.gateway === null
        ? { ...ipOf('', 'gateway'), address: null, version: null }
        : ipOf(subnet.gateway, 'gateway'),
    ips: fixedIpsIn(subnet, facts),
    routes: subnet.hostRoutes.map(({ destination, nexthop }) => ({
      cidr: destination,
      gateway: ipOf(nexthop, 'gateway'),
      interface: null,
      meta: {},
    })),
    version: subnet.version,
    meta: {
      ...(subnet.ipv6AddressMode === null ? {} : { ipv6_address_mode: subnet.ipv6AddressMode }),
      ...dhcpOf(subnet, facts.infrastructure),
      ...metadataOf(subnet, facts.infrastructure),
    },
  };
}

function fixedIpsIn(subnet: NeutronSubnet, { port, floatingIps }: PortFacts): readonly VifFixedIp[] {
  const cidr = parseCidr(subnet.cidr);
  const inside = port.fixedIps.filter(({ address }) => sameNetwork(address, cidr));
  return inside.map(({ address }) => ({
    ...ipOf(address, 'fixed'),
    floating_ips: floatingIps
      .filter((floating) => floating.portId === port.id && floating.fixedAddress === address)
      .map((floating) => ipOf(floating.address, 'floating')),
  }));
}

/**
 * Release 26 names the gateway as DHCP server where no agent serves a subnet that has DHCP, release 31 says
 * `enable_dhcp` instead; each ignores the other's.
 */
function dhcpOf(subnet: NeutronSubnet, infrastructure: readonly NeutronPort[]): Readonly<Record<string, unknown>> {
  const agent = addressIn(subnet, infrastructure, (owner) => owner === 'network:dhcp');
  const server = agent ?? (subnet.isDhcpEnabled ? subnet.gateway : null);
  return {
    ...(server === null ? {} : { dhcp_server: server }),
    ...(subnet.isDhcpEnabled ? { enable_dhcp: true } : {}),
  };
}

/**
 * Who answers for the metadata service where no router does: the DHCP agent on isolated subnets, OVN's own port
 * everywhere. A virtual machine is told by DHCP; a container's routes are made of this cache, so it stands here. Not in
 * Nova's model, which keeps what it does not know.
 */
function metadataOf(subnet: NeutronSubnet, infrastructure: readonly NeutronPort[]): Readonly<Record<string, unknown>> {
  if (subnet.version !== 4) return {};
  const ofOvn = addressIn(subnet, infrastructure, (owner) => owner === 'network:distributed');
  const router = addressIn(subnet, infrastructure, (owner) => ROUTER_OWNERS.has(owner));
  const ofAgent =
    router === undefined ? addressIn(subnet, infrastructure, (owner) => owner === 'network:dhcp') : undefined;
  const server = ofOvn ?? ofAgent;
  return server === undefined ? {} : { metadata_server: server };
}

const ROUTER_OWNERS: ReadonlySet<string> = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
]);

/** `device_owner`s of the ports that matter here. */
export const INFRASTRUCTURE_OWNERS: readonly string[] = ['network:dhcp', 'network:distributed', ...ROUTER_OWNERS];

function addressIn(
  { id }: NeutronSubnet,
  ports: readonly NeutronPort[],
  isWanted: (owner: string) => boolean,
): string | undefined {
  const wanted = ports.filter(({ deviceOwner }) => isWanted(deviceOwner));
  return wanted.flatMap(({ fixedIps }) => fixedIps).find(({ subnetId }) => subnetId === id)?.address;
}

function ipOf(address: string, type: string): VifIp {
  return { address, type, version: address.includes(':') ? 6 : 4, meta: {} };
}
