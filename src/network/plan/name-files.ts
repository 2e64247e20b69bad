import type { Vif } from '../../objects/index.js';
import { addressedSubnets, ipVersion, type SubnetAddresses } from './addresses.js';

/** The C library reads no more (MAXNS of resolv.h). */
const MOST_NAMESERVERS = 3;
/** A DNS label. */
const LONGEST_HOSTNAME = 63;

/** Files about names, as a container's /etc has them. */
export interface NameFiles {
  readonly hosts: string;
  readonly resolvConf: string;
  readonly hostname: string;
}

/** What the container is told about names: its own by its first addresses, and who resolves the others. */
export function nameFiles(hostname: string, vifs: readonly Vif[]): NameFiles {
  const subnets = vifs.flatMap((vif) => addressedSubnets(vif.network?.subnets ?? []));
  return { hosts: hosts(hostname, subnets), resolvConf: resolvConf(subnets), hostname: hostnameFile(hostname) };
}

/** What the kernel is told, too (docker/spec/identity.ts). */
function hostnameFile(hostname: string): string {
  const name = hostname.slice(0, LONGEST_HOSTNAME).replace(/[-.]+$/, '');
  return isHostname(name) ? `${name}\n` : '';
}

function hosts(hostname: string, subnets: readonly SubnetAddresses[]): string {
  const addresses = subnets.flatMap((subnet) => subnet.addresses);
  const own = [4, 6].flatMap((version) => addresses.find((address) => ipVersion(address) === version) ?? []);
  const names = [...new Set([hostname, hostname.split('.')[0] ?? hostname])].filter(isHostname).join(' ');
  const lines = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    // Without an address of its own a server still knows its name (as Debian's installer does it).
    ...(names === '' ? [] : (own.length === 0 ? ['127.0.1.1'] : own).map((address) => `${address}\t${names}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Subnets without nameservers of their own use what Neutron's DHCP agent would tell: itself. */
function resolvConf(subnets: readonly SubnetAddresses[]): string {
  const servers = subnets.flatMap(({ subnet }) => {
    const named = subnet.dns.flatMap(({ address }) => address ?? []);
    const dhcp = subnet.meta['dhcp_server'];
    const isDhcpAgent = typeof dhcp === 'string' && dhcp !== subnet.gateway?.address;
    return named.length > 0 ? named : isDhcpAgent ? [dhcp] : [];
  });
  servers.forEach(ipVersion);
  const chosen = [...new Set(servers)].slice(0, MOST_NAMESERVERS);
  return chosen.map((server) => `nameserver ${server}\n`).join('');
}

function isHostname(name: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name);
}
