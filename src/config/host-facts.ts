import { createSocket } from 'node:dgram';
import { hostname } from 'node:os';
import type { HostFacts } from './option.js';

/** Of the range for documentation (RFC 5737): nothing is sent there, it only makes the kernel choose a route. */
const somewhereElse = '192.0.2.0';

/**
 * What nova.conf's defaults take from the machine: its name, and the address from which it would reach the Internet
 * (oslo_utils.netutils.get_my_ipv4, release 6); 127.0.0.1 on a machine without a route.
 */
export async function hostFacts(): Promise<HostFacts> {
  return { hostname: hostname(), ipv4: await ownAddress() };
}

function ownAddress(): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (address: string) => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => {
      end('127.0.0.1');
    });
    socket.connect(80, somewhereElse, () => {
      end(socket.address().address);
    });
  });
}
