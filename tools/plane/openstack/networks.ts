import type { Plane } from '../plane.js';
import { PUBLIC } from '../services/neutron.js';
import { Rest } from './rest.js';

/** A network that everybody may use, with a way out. */
export const PRIVATE_NETWORK = 'private';
/** Where floating addresses come from: reachable from the plane's host. */
export const PUBLIC_NETWORK = 'public';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** @returns a note on what was made, or undefined when all was there */
export async function makeNetworks(plane: Plane): Promise<string | undefined> {
  const rest = new Rest(plane, 'admin');
  const { networks } = await rest.get<{ networks: Named[] }>('network', '/networks');
  const there = new Set(networks.map(({ name }) => name));
  if (there.has(PRIVATE_NETWORK) && there.has(PUBLIC_NETWORK)) return undefined;
  const make = async <T>(what: string, body: Record<string, unknown>): Promise<T> => {
    const made = await rest.post<Record<string, T>>('network', `/${what}s`, { [what]: body });
    return made[what] as T;
  };
  const outer = await make<Named>('network', {
    name: PUBLIC_NETWORK,
    'router:external': true,
    is_default: true,
    'provider:network_type': 'flat',
    'provider:physical_network': PUBLIC,
  });
  const range = { cidr: '172.24.4.0/24', gateway_ip: '172.24.4.1', enable_dhcp: false };
  await make('subnet', { network_id: outer.id, ip_version: 4, ...range });
  const inner = await make<Named>('network', { name: PRIVATE_NETWORK, shared: true });
  const subnet = await make<Named>('subnet', { network_id: inner.id, ip_version: 4, cidr: '192.168.233.0/24' });
  const router = await make<Named>('router', { name: 'router', external_gateway_info: { network_id: outer.id } });
  const add = {
    method: 'PUT',
    path: `/routers/${router.id}/add_router_interface`,
    body: { subnet_id: subnet.id },
  } as const;
  await rest.ask({ api: 'network', ...add });
  return `${PRIVATE_NETWORK} 192.168.233.0/24 behind a router to ${PUBLIC_NETWORK} 172.24.4.0/24`;
}
