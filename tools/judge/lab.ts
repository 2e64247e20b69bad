import { startService } from '../plane/service-control.js';
import { allServices } from '../plane/catalog.js';
import { PRIVATE_NETWORK } from '../plane/openstack/networks.js';
import { Rest } from '../plane/openstack/rest.js';
import type { Plane } from '../plane/plane.js';

/** Nova's own filters, and those that tests give hints to. */
export const FILTERS = [
  ...['ComputeFilter', 'ComputeCapabilitiesFilter', 'ImagePropertiesFilter'],
  ...['ServerGroupAntiAffinityFilter', 'ServerGroupAffinityFilter', 'SameHostFilter', 'DifferentHostFilter'],
] as const;

/** A test gives its server another MAC address from inside; busybox's ping and udhcpc want a raw socket. */
const EXTRA_SPECS = { 'docker:cap_add': 'NET_ADMIN,NET_RAW' };

const FLAVORS = { small: { ram: 128, vcpus: 1 }, large: { ram: 256, vcpus: 1 } } as const;

export interface Lab {
  readonly flavorId: string;
  readonly largerFlavorId: string;
}

/** Makes a plane what tempest expects of a cloud. Harmless to repeat. */
export async function furnishLab(plane: Plane, signal: AbortSignal): Promise<Lab> {
  for (const service of allServices(plane))
    if (service.name.split('@')[0] === 'lxcfs') await startService(plane, service, signal);
  const rest = new Rest(plane, 'admin');
  await closeNetwork(rest);
  await havePool(rest);
  return { flavorId: await haveFlavor(rest, 'small'), largerFlavorId: await haveFlavor(rest, 'large') };
}

async function haveFlavor(rest: Rest, size: keyof typeof FLAVORS): Promise<string> {
  const name = `tempest.${size}`;
  const { flavors } = await rest.get<{ flavors: { id: string; name: string }[] }>('compute', '/flavors');
  const there = flavors.find((flavor) => flavor.name === name);
  const make = async (): Promise<{ id: string }> => {
    const wish = { name, disk: 1, ...FLAVORS[size] };
    return (await rest.post<{ flavor: { id: string } }>('compute', '/flavors', { flavor: wish })).flavor;
  };
  const { id } = there ?? (await make());
  await rest.post('compute', `/flavors/${id}/os-extra_specs`, { extra_specs: EXTRA_SPECS });
  return id;
}

/** Where everybody may use one network, tests of servers without and with automatic networks mean nothing. */
async function closeNetwork(rest: Rest): Promise<void> {
  const { networks } = await rest.get<{ networks: { id: string; shared: boolean }[] }>(
    'network',
    `/networks?name=${PRIVATE_NETWORK}`,
  );
  for (const { id, shared } of networks) {
    if (!shared) continue;
    const body = { network: { shared: false } };
    await rest.ask({ api: 'network', method: 'PUT', path: `/networks/${id}`, body });
  }
}

/** Automatic networks get their addresses from it. */
async function havePool(rest: Rest): Promise<void> {
  const { subnetpools } = await rest.get<{ subnetpools: unknown[] }>('network', '/subnetpools?is_default=True');
  if (subnetpools.length > 0) return;
  const subnetpool = {
    name: 'automatic',
    prefixes: ['10.200.0.0/16'],
    default_prefixlen: 26,
    is_default: true,
    shared: true,
  };
  await rest.post('network', '/subnetpools', { subnetpool });
}
