import ipaddr from 'ipaddr.js';
import { ServiceError } from '../../errors/kinds.js';
import type { VifSubnet } from '../../objects/index.js';

/** Reads addresses of the network cache: what is no address becomes one clear error instead of a broken command. */

export type IpVersion = 4 | 6;

export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly version: IpVersion;
}

/** Throws Invalid. */
export function ipVersion(address: string): IpVersion {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return 4;
  if (ipaddr.IPv6.isValid(address) && !address.includes('%')) return 6;
  throw notOne(address);
}

/** Throws Invalid. */
export function parseCidr(text: string): Cidr {
  const [address = '', length = '', ...rest] = text.split('/');
  const version = ipVersion(address);
  const prefix = Number(length);
  if (rest.length > 0 || !/^\d+$/.test(length) || prefix > (version === 4 ? 32 : 128)) throw notOne(text);
  return { address, prefix, version };
}

export function sameNetwork(address: string, cidr: Cidr): boolean {
  if (ipVersion(address) !== cidr.version) return false;
  return ipaddr.parse(address).match(ipaddr.parse(cidr.address), cidr.prefix);
}

/** The subnet's own network, and the fixed addresses in it with its prefix length. */
export interface SubnetAddresses {
  readonly subnet: VifSubnet;
  readonly cidr: Cidr;
  readonly addresses: readonly string[];
}

/** Subnets that have an address of the port. Throws Invalid. */
export function addressedSubnets(subnets: readonly VifSubnet[]): readonly SubnetAddresses[] {
  return subnets.flatMap((subnet) => {
    const addresses = subnet.ips.flatMap(({ address }) => (address === null ? [] : [address]));
    if (addresses.length === 0 || subnet.cidr === null) return [];
    addresses.forEach(ipVersion);
    return [{ subnet, cidr: parseCidr(subnet.cidr), addresses }];
  });
}

function notOne(text: string): ServiceError {
  return new ServiceError('Invalid', `${JSON.stringify(text)} in the network cache is no IP address.`);
}
