import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeIni, type Ini } from '../ini.js';
import { dockerSocket, firstHost, type Plane } from '../plane.js';
import { criuEnvironment } from './criu.js';
import { iniFile, tokenCheck } from './options.js';
import { ovsdbConnection } from './openvswitch.js';
import { sharedNovaOptions } from './nova.js';
import { isConsumed } from './reach.js';
import type { Command, Service } from './service.js';

const statePath = (plane: Plane): string => join(plane.data, firstHost(plane).name);
const configFile = (plane: Plane): string => join(plane.etc, firstHost(plane).name, 'nova.conf');

const ours = (plane: Plane): boolean => plane.compute === 'docker';

/** The compute service of the plane's host: ours, or Python's with its no-op driver to compare with. */
export function computeService(plane: Plane): Service {
  return {
    name: 'compute',
    packages: ours(plane) ? ['engine', 'docker-compute'] : ['python-compute'],
    needs: ours(plane)
      ? ['rabbitmq', 'docker', 'build', 'nova-conductor', 'accounts', 'placement']
      : ['rabbitmq', 'nova-conductor', 'accounts', 'placement'],
    alongside: ['nova-api', 'nova-scheduler', 'neutron', 'glance', 'registered'],
    ports: [],
    files: (of) => [iniFile(of, 'compute', join(firstHost(of).name, 'nova.conf'), options(of))],
    prepare: async (of) => {
      await mkdir(statePath(of), { recursive: true });
    },
    command: ours(plane) ? ourCommand : pythonCommand,
    ready: (of) => isConsumed(of, `compute.${firstHost(of).name}`),
    graceMs: 20_000,
  };
}

function ourCommand(plane: Plane): Command {
  const main = join(plane.checkout, 'dist', 'main.js');
  return {
    argv: [process.execPath, main, '--config-file', configFile(plane)],
    // The second as in etc/nova-compute-docker.service.
    env: { DOCKER_HOST: `unix://${dockerSocket(plane)}`, MALLOC_ARENA_MAX: '1', ...criuEnvironment(plane) },
  };
}

function pythonCommand(plane: Plane): Command {
  return { argv: ['nova-compute', '--config-file', configFile(plane)] };
}

/** A compute host's nova.conf, complete as an operator's would be: it names no database. */
function options(plane: Plane): Ini {
  const host = firstHost(plane);
  return mergeIni(sharedNovaOptions(plane), tokenCheck(plane, 'nova'), {
    DEFAULT: {
      host: host.name,
      my_ip: host.address,
      state_path: statePath(plane),
      compute_driver: plane.compute === 'fake' ? 'fake.FakeDriver' : 'docker',
      // Hundreds of small servers fit on one machine.
      cpu_allocation_ratio: '200.0',
      ram_allocation_ratio: '20.0',
      disk_allocation_ratio: '200.0',
      reserved_host_memory_mb: 0,
      update_resources_interval: 10,
      vif_plugging_timeout: 60,
    },
    docker: { host_url: `unix://${dockerSocket(plane)}` },
    os_vif_ovs: { ovsdb_connection: ovsdbConnection(plane) },
    vnc: { enabled: false },
    serial_console: {
      enabled: ours(plane),
      base_url: `ws://127.0.0.1:${plane.ports.serialproxy}/`,
      proxyclient_address: host.address,
    },
    oslo_concurrency: { lock_path: join(statePath(plane), 'lock') },
  });
}
