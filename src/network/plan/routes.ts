import type { VifSubnet } from '../../objects/index.js';
import { ipVersion, parseCidr, sameNetwork, type IpVersion, type SubnetAddresses } from './addresses.js';

/** Where instances ask for metadata. */
const METADATA = '169.254.169.254/32';

interface Route {
  /** Its own spelling of the default route differs between versions. */
  readonly destination: string;
  readonly nexthop: string;
}

/**
 * Words of `ip route replace` for one port, but for its device: the subnets' host routes, one way out per IP version,
 * and the way to the metadata service. The first port's way out is preferred, those of the later ones stand behind it.
 */
export function subnetRoutes(subnets: readonly SubnetAddresses[], index: number): readonly (readonly string[])[] {
  const wanted = [
    ...wayOut(subnets, 4),
    ...wayOut(subnets, 6),
    ...subnets.flatMap(({ subnet }) => hostRoutes(subnet)),
    ...subnets.flatMap(({ subnet }) => metadataRoute(subnet)),
  ];
  const own = new Set(subnets.flatMap(({ addresses }) => addresses));
  // A server that is the gateway itself has no way through itself.
  const usable = wanted.filter(({ nexthop }) => !own.has(nexthop));
  return uniqueByDestination(usable).map((route) => routeWords(route, subnets, index));
}

/** A host route for everything takes the gateway's place, as it does in what Neutron's DHCP agent tells. */
function wayOut(subnets: readonly SubnetAddresses[], version: IpVersion): readonly Route[] {
  const ofVersion = subnets.filter(({ cidr }) => cidr.version === version);
  const stated = ofVersion.flatMap(({ subnet }) => routesOf(subnet).filter(isDefault));
  const gateways = ofVersion.flatMap(({ subnet }) => subnet.gateway?.address ?? []);
  const nexthop = stated[0]?.nexthop ?? gateways[0];
  return nexthop === undefined ? [] : [{ destination: version === 4 ? 'default' : '::/0', nexthop }];
}

function hostRoutes(subnet: VifSubnet): readonly Route[] {
  return routesOf(subnet).filter((route) => !isDefault(route));
}

function routesOf(subnet: VifSubnet): readonly Route[] {
  return subnet.routes.flatMap(({ cidr, gateway }) => {
    const nexthop = gateway?.address ?? null;
    if (cidr === null || nexthop === null) return [];
    parseCidr(cidr);
    return [{ destination: cidr, nexthop }];
  });
}

function isDefault({ destination }: Route): boolean {
  return parseCidr(destination).prefix === 0;
}

/** `metadata_server` is this room's own addition to a subnet's meta (see cache/subnets.ts). */
function metadataRoute(subnet: VifSubnet): readonly Route[] {
  const server = subnet.meta['metadata_server'];
  return typeof server === 'string' && ipVersion(server) === 4 ? [{ destination: METADATA, nexthop: server }] : [];
}

/** The first one counts. */
function uniqueByDestination(routes: readonly Route[]): readonly Route[] {
  return [...new Map([...routes].reverse().map((route) => [route.destination, route])).values()].reverse();
}

function routeWords(route: Route, subnets: readonly SubnetAddresses[], index: number): readonly string[] {
  const { destination, nexthop } = route;
  const isReachable = subnets.some(({ cidr }) => sameNetwork(nexthop, cidr));
  const isWayOut = destination === 'default' || destination === '::/0';
  return [
    destination,
    'via',
    nexthop,
    // Neutron takes gateways outside of their subnet.
    ...(isReachable || ipVersion(nexthop) === 6 ? [] : ['onlink']),
    ...(isWayOut && index > 0 ? ['metric', String(1024 + index)] : []),
  ];
}
