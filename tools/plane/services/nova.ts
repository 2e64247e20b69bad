import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeIni, type Ini } from '../ini.js';
import { transportUrl, type Plane } from '../plane.js';
import { accountOf, databaseUrl, iniFile, LOG_TO_STDERR, tokenCheck } from './options.js';
import { accepts, answers, isConsumed } from './reach.js';
import type { Service } from './service.js';

const statePath = (plane: Plane): string => join(plane.data, 'nova');

/** The parts of Nova that stay as they are; all read one configuration file. */
function novaService(
  part: 'nova-api' | 'nova-conductor' | 'nova-scheduler' | 'nova-serialproxy',
  rest: Pick<Service, 'needs' | 'ports' | 'ready'> & Partial<Service>,
): Service {
  return {
    name: part,
    packages: ['control'],
    alongside: ['keystone', 'accounts', 'placement'],
    files: (plane) => [iniFile(plane, 'nova', 'nova/nova.conf', controlOptions(plane))],
    prepare: async (plane) => {
      await mkdir(statePath(plane), { recursive: true });
    },
    command: (plane) => ({ argv: [part, '--config-file', join(plane.etc, 'nova', 'nova.conf')] }),
    ...rest,
  };
}

export const novaApi = novaService('nova-api', {
  needs: ['mariadb'],
  ports: ['nova', 'metadata'],
  ready: (plane) => answers({ port: plane.ports.nova, path: '/' }),
});

/** The conductor and the scheduler ask the catalog for Placement when they start, and give up when they are refused. */
const AFTER_ACCOUNTS = ['mariadb', 'rabbitmq', 'accounts', 'placement'];

export const novaConductor = novaService('nova-conductor', {
  needs: AFTER_ACCOUNTS,
  ports: [],
  ready: (plane) => isConsumed(plane, 'conductor.controller'),
});

export const novaScheduler = novaService('nova-scheduler', {
  needs: AFTER_ACCOUNTS,
  ports: [],
  ready: (plane) => isConsumed(plane, 'scheduler.controller'),
});

/** Few want it, and it takes as long to start as the others: only when it is asked for. */
export const novaSerialproxy = novaService('nova-serialproxy', {
  packages: ['control', 'consoles'],
  needs: ['mariadb', 'rabbitmq', 'nova-api'],
  ports: ['serialproxy'],
  ready: (plane) => accepts(plane.ports.serialproxy),
  onDemand: true,
});

function controlOptions(plane: Plane): Ini {
  return mergeIni(sharedNovaOptions(plane), tokenCheck(plane, 'nova'), {
    DEFAULT: {
      host: 'controller',
      my_ip: '127.0.0.1',
      state_path: statePath(plane),
      enabled_apis: 'osapi_compute,metadata',
      osapi_compute_listen: '127.0.0.1',
      osapi_compute_listen_port: plane.ports.nova,
      osapi_compute_workers: 1,
      metadata_listen: '127.0.0.1',
      metadata_listen_port: plane.ports.metadata,
      metadata_workers: 1,
      osapi_max_limit: 2000,
      // There is one host.
      allow_resize_to_same_host: true,
    },
    api: { auth_strategy: 'keystone' },
    serial_console: { serialproxy_host: '127.0.0.1', serialproxy_port: plane.ports.serialproxy },
    wsgi: { api_paste_config: '/etc/nova/api-paste.ini' },
    database: { connection: databaseUrl(plane, 'nova') },
    api_database: { connection: databaseUrl(plane, 'nova_api') },
    conductor: { workers: 1 },
    scheduler: { workers: 1, discover_hosts_in_cells_interval: 2 },
    quota: { instances: -1, cores: -1, ram: -1, server_groups: -1, server_group_members: -1 },
    oslo_concurrency: { lock_path: join(statePath(plane), 'lock') },
  });
}

/** What the control services and the compute services of a plane have in common. */
export function sharedNovaOptions(plane: Plane): Ini {
  return mergeIni(LOG_TO_STDERR, {
    DEFAULT: {
      transport_url: transportUrl(plane),
      // Often enough that a killed service shows within half a minute, seldom enough for a machine under load.
      report_interval: 3,
      service_down_time: 30,
      // Else the first round of periodic tasks (among them the mapping of new hosts) waits up to a minute at random.
      periodic_fuzzy_delay: 0,
    },
    service_user: { ...accountOf(plane, 'nova'), send_service_user_token: true },
    placement: accountOf(plane, 'placement'),
    neutron: {
      ...accountOf(plane, 'neutron'),
      service_metadata_proxy: true,
      metadata_proxy_shared_secret: plane.secrets.metadata,
    },
    glance: { region_name: 'RegionOne' },
    cinder: { os_region_name: 'RegionOne' },
  });
}
