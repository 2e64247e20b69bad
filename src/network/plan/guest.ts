import type { Vif } from '../../objects/index.js';
import { addressedSubnets, ipVersion, type SubnetAddresses } from './addresses.js';
import type { PlanLine } from './lines.js';
import { subnetRoutes } from './routes.js';

export interface GuestDevice {
  readonly guestName: string;
  /** Among the instance's ports. */
  readonly index: number;
  /** Its network's, which may change: the pair has that of the time when it was made. */
  readonly mtuBytes: number;
}

/** What is to be done for one port in the container's namespace: the settings of its device, addresses, routes. */
export function guestLines(vif: Vif, { guestName, index, mtuBytes }: GuestDevice): readonly PlanLine[] {
  const subnets = addressedSubnets(vif.network?.subnets ?? []);
  return [
    guest('link', 'set', 'dev', guestName, 'mtu', String(mtuBytes)),
    ...deviceSettings(guestName, subnets),
    ...subnets.flatMap((subnet) => addressLines(guestName, subnet)),
    guest('link', 'set', 'dev', guestName, 'up'),
    ...subnetRoutes(subnets, index).map((route) => guest('route', 'replace', ...route, 'dev', guestName)),
  ];
}

/**
 * Engines switch IPv6 off in a container without a network of theirs: on again, where a port has such an address.
 * Goes before the ports' own lines, as it changes all devices.
 */
export function commonLines(vifs: readonly Vif[]): readonly PlanLine[] {
  if (!vifs.some((vif) => hasIpv6(addressedSubnets(vif.network?.subnets ?? [])))) return [];
  return [guestSys('net/ipv6/conf/all/disable_ipv6', '0'), guestSys('net/ipv6/conf/default/disable_ipv6', '0')];
}

function hasIpv6(subnets: readonly SubnetAddresses[]): boolean {
  return subnets.some(({ cidr }) => cidr.version === 6);
}

/**
 * Neutron says which addresses there are: none is made up from router advertisements, none is probed for doubles
 * (which would leave it unusable for a second), and neighbours are told when the device comes up, so that nobody goes
 * on sending to where the address was before.
 */
function deviceSettings(device: string, subnets: readonly SubnetAddresses[]): readonly PlanLine[] {
  const announce = guestSys(`net/ipv4/conf/${device}/arp_notify`, '1');
  const ipv6 = `net/ipv6/conf/${device}`;
  if (!hasIpv6(subnets)) return [announce, guestSys(`${ipv6}/disable_ipv6`, '1')];
  return [
    announce,
    guestSys(`${ipv6}/disable_ipv6`, '0'),
    guestSys(`${ipv6}/accept_dad`, '0'),
    guestSys(`${ipv6}/autoconf`, '0'),
    // Without a gateway in Neutron the way out is known from a router's advertisements only.
    guestSys(`${ipv6}/accept_ra`, hasIpv6Gateway(subnets) ? '0' : '1'),
    guestSys(`${ipv6}/ndisc_notify`, '1'),
  ];
}

function hasIpv6Gateway(subnets: readonly SubnetAddresses[]): boolean {
  return subnets.some(({ cidr, subnet }) => cidr.version === 6 && (subnet.gateway?.address ?? null) !== null);
}

function addressLines(device: string, { cidr, addresses }: SubnetAddresses): readonly PlanLine[] {
  return addresses.map((address) => {
    const how = ipVersion(address) === 6 ? ['nodad'] : cidr.prefix < 31 ? ['brd', '+'] : [];
    return guest('addr', 'replace', `${address}/${cidr.prefix}`, ...how, 'dev', device);
  });
}

function guest(...words: readonly string[]): PlanLine {
  return { verb: 'guest', words };
}

function guestSys(path: string, value: string): PlanLine {
  return { verb: 'guestsys', words: [path, value] };
}
