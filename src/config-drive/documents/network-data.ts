import ipaddr from 'ipaddr.js';
import type { Vif, VifSubnet } from '../../objects/index.js';

/** network_data.json, of the network cache (nova/virt/netutils.py get_network_metadata, release 26). */
export interface NetworkData {
  readonly links: readonly Json[];
  readonly networks: readonly Json[];
  readonly services: readonly Json[];
}

type Json = Readonly<Record<string, unknown>>;

/** The first IPv4 and the first IPv6 subnet of every port, as upstream; `{}` for an instance without ports. */
export function networkData(vifs: readonly Vif[]): NetworkData | Json {
  if (vifs.length === 0) return {};
  const links: Json[] = [];
  const networks: Json[] = [];
  const services: Json[] = [];
  const wired = vifs.filter(({ network }) => (network?.subnets.length ?? 0) > 0);
  wired.forEach((vif, index) => {
    const subnets = [4, 6].flatMap((version) => firstOf(vif, version));
    if (subnets.length === 0) return;
    const link = linkOf(vif, index);
    links.push(link);
    for (const subnet of subnets.filter(({ ips }) => ips.length > 0)) {
      networks.push(networkOf(vif, subnet, { id: `network${networks.length}`, link: link['id'] as string }));
      services.push(
        ...nameServers(subnet).filter((one) => !services.some((other) => other['address'] === one['address'])),
      );
    }
  });
  return { links, networks, services };
}

function firstOf({ network }: Vif, version: number): readonly VifSubnet[] {
  return network?.subnets.filter((subnet) => subnet.version === version).slice(0, 1) ?? [];
}

/** VIF types that were told before all others became `phy` (nova/network/model.py LEGACY_EXPOSED_VIF_TYPES). */
const TOLD_TYPES = new Set(['bridge', 'dvs', 'hw_veb', 'hyperv', 'ovs', 'tap', 'vhostuser', 'vif']);

function linkOf(vif: Vif, index: number): Json {
  const hasDhcp = vif.network?.subnets.some(({ meta }) => Boolean(meta['dhcp_server'])) ?? false;
  return {
    id: vif.devname || `interface${index}`,
    vif_id: vif.id,
    type: vif.type !== null && TOLD_TYPES.has(vif.type) ? vif.type : 'phy',
    mtu: hasDhcp ? null : (vif.network?.meta['mtu'] ?? null),
    ethernet_mac_address: vif.address,
  };
}

function networkOf(vif: Vif, subnet: VifSubnet, names: { readonly id: string; readonly link: string }): Json {
  const version = subnet.version ?? 4;
  const mode = (subnet.meta['ipv6_address_mode'] ?? null) as string | null;
  const about = { link: names.link, network_id: vif.network?.id };
  if (mode === null && (subnet.meta['dhcp_server'] ?? null) !== null) {
    return { id: names.id, type: `ipv${version}_dhcp`, ...about };
  }
  return {
    id: names.id,
    type: mode === null ? `ipv${version}` : `ipv${version}_${mode}`,
    ip_address: subnet.ips[0]?.address,
    netmask: netmaskOf(subnet.cidr),
    routes: [...defaultRoute(subnet, version), ...subnet.routes.map(routeOf)],
    services: nameServers(subnet),
    ...about,
  };
}

function routeOf({ cidr, gateway }: VifSubnet['routes'][number]): Json {
  return { network: networkAddress(cidr), netmask: netmaskOf(cidr), gateway: gateway?.address };
}

function defaultRoute({ gateway }: VifSubnet, version: number): readonly Json[] {
  if (!gateway?.address) return [];
  const any = version === 4 ? '0.0.0.0' : '::';
  return [{ network: any, netmask: any, gateway: gateway.address }];
}

function nameServers({ dns }: VifSubnet): readonly Json[] {
  return dns.map(({ address }) => ({ type: 'dns', address }));
}

/** `10.0.0.0/24` -> `255.255.255.0`; `fd00::/64` -> `ffff:ffff:ffff:ffff::`. */
function netmaskOf(cidr: string | null): string | null {
  if (cidr === null || !ipaddr.isValidCIDR(cidr)) return null;
  const [address, length] = ipaddr.parseCIDR(cidr);
  return address.kind() === 'ipv4'
    ? ipaddr.IPv4.subnetMaskFromPrefixLength(length).toString()
    : ipaddr.IPv6.subnetMaskFromPrefixLength(length).toString();
}

function networkAddress(cidr: string | null): string | null {
  if (cidr === null || !ipaddr.isValidCIDR(cidr)) return null;
  const [address] = ipaddr.parseCIDR(cidr);
  return address.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
    : ipaddr.IPv6.networkAddressFromCIDR(cidr).toString();
}
