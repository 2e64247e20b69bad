import { BlockList, isIPv6 } from 'node:net';

/** Whether a connection from this address is let in: from these addresses and networks (`192.0.2.0/24`); [] is all. */
export function mayEnter(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const known = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    known.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return (address) => known.check(address, familyOf(address));
}

/** An IPv4 address on a socket that takes both is written `::ffff:192.0.2.1`, which the list knows for what it is. */
function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
