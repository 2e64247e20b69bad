import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeIni, type Ini } from '../ini.js';
import { transportUrl, type Plane } from '../plane.js';
import { accountOf, databaseUrl, iniFile, LOG_TO_STDERR, tokenCheck } from './options.js';
import { answers, isConsumed } from './reach.js';
import type { Service } from './service.js';

/** The provider network that leads out of a plane. */
export const PUBLIC = 'public';

const etcFile = (plane: Plane, name: string): string => join(plane.etc, 'neutron', name);

/** Neutron's server with its database; its agents are in agents.ts. */
export const neutron: Service = {
  name: 'neutron',
  packages: ['control'],
  needs: ['mariadb', 'rabbitmq'],
  alongside: ['keystone', 'accounts'],
  ports: ['neutron'],
  files: (plane) => [
    iniFile(plane, 'neutron', 'neutron/neutron.conf', options(plane)),
    iniFile(plane, 'ml2', 'neutron/ml2_conf.ini', ml2Options(plane)),
  ],
  prepare: async (plane) => {
    await mkdir(join(plane.data, 'neutron'), { recursive: true });
  },
  command: (plane) => {
    const files = [etcFile(plane, 'neutron.conf'), etcFile(plane, 'ml2_conf.ini')];
    return { argv: ['neutron-server', ...files.flatMap((file) => ['--config-file', file])] };
  },
  ready: async (plane) => (await answers({ port: plane.ports.neutron, path: '/' })) && hearsAgents(plane),
};

/** Its processes for agents start beside the API. A report that comes before them is lost, and its agent waits for a minute. */
async function hearsAgents(plane: Plane): Promise<boolean> {
  return (await isConsumed(plane, 'q-plugin')) && isConsumed(plane, 'q-reports-plugin');
}

function options(plane: Plane): Ini {
  const state = join(plane.data, 'neutron');
  return mergeIni(LOG_TO_STDERR, tokenCheck(plane, 'neutron'), {
    DEFAULT: {
      host: 'controller',
      state_path: state,
      bind_host: '127.0.0.1',
      bind_port: plane.ports.neutron,
      api_workers: 1,
      rpc_workers: 1,
      rpc_state_report_workers: 0,
      transport_url: transportUrl(plane),
      auth_strategy: 'keystone',
      core_plugin: 'ml2',
      service_plugins: 'router,auto_allocate',
      api_paste_config: '/etc/neutron/api-paste.ini',
      // Outside of the packaged configuration the default names a folder that is not there.
      api_extensions_path: '',
      // With the default domain Neutron forgets the names of ports.
      dns_domain: 'plane.test.',
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
      send_events_interval: 1,
    },
    database: { connection: databaseUrl(plane, 'neutron') },
    oslo_concurrency: { lock_path: join(state, 'lock') },
    nova: accountOf(plane, 'nova'),
    placement: accountOf(plane, 'placement'),
    quotas: { default_quota: -1, quota_network: -1, quota_subnet: -1, quota_port: -1, quota_security_group: -1 },
    // Without this the server refuses to start with the Linux bridge driver in its list.
    experimental: { linuxbridge: plane.release.mechanismDrivers.includes('linuxbridge') },
  });
}

function ml2Options(plane: Plane): Ini {
  return {
    ml2: {
      type_drivers: 'flat,vlan,vxlan',
      tenant_network_types: 'vxlan',
      mechanism_drivers: plane.release.mechanismDrivers.join(','),
      extension_drivers: 'port_security,dns',
    },
    ml2_type_flat: { flat_networks: PUBLIC },
    // A physical network that no host has: its ports cannot be bound.
    ml2_type_vlan: { network_vlan_ranges: 'nowhere:1:10' },
    ml2_type_vxlan: { vni_ranges: '1:1000' },
    securitygroup: { enable_security_group: true },
  };
}
