import { startService } from '../plane/service-control.js';
import { allServices } from '../plane/catalog.js';
import { PRIVATE_NETWORK } from '../plane/openstack/networks.js';
import { Rest } from '../plane/openstack/rest.js';
import type { Overrides, Plane } from '../plane/plane.js';
import { PUBLIC } from '../plane/services/neutron.js';
import { OUTER_BRIDGE } from '../plane/services/openvswitch.js';

/** Nova's own filters, and those that tests give hints to. */
export const FILTERS = [
  ...['ComputeFilter', 'ComputeCapabilitiesFilter', 'ImagePropertiesFilter'],
  ...['ServerGroupAntiAffinityFilter', 'ServerGroupAffinityFilter', 'SameHostFilter', 'DifferentHostFilter'],
] as const;

/** The network that ports with a guaranteed minimum are on: that way out of each host has a bridge of its own. */
export const GUARANTEED = { physicalNetwork: PUBLIC, vlans: [100, 199] } as const;

/**
 * What the control plane has besides. Neutron's agents offer bandwidth and packets to Placement; in user space the switch
 * does not enforce them, but who gets them is decided in Placement alone.
 */
export const OVERRIDES: Overrides = {
  nova: {
    filter_scheduler: { enabled_filters: FILTERS.join(',') },
    // Tests ask for more than there may be.
    quota: { cores: '200', ram: '204800' },
  },
  neutron: { DEFAULT: { service_plugins: 'router,auto_allocate,qos,placement' } },
  ml2: {
    ml2: { extension_drivers: 'port_security,dns,qos' },
    ml2_type_vlan: { network_vlan_ranges: `nowhere:1:10,${PUBLIC}:${GUARANTEED.vlans.join(':')}` },
  },
  'openvswitch-agent': {
    ovs: {
      resource_provider_bandwidths: `${OUTER_BRIDGE}:1000000:1000000`,
      resource_provider_packet_processing_without_direction: ':100000',
    },
    agent: { extensions: 'qos' },
  },
};

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
