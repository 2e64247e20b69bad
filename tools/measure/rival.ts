import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeIni } from '../plane/ini.js';
import type { Plane } from '../plane/plane.js';
import { sharedNovaOptions } from '../plane/services/nova.js';
import { iniFile, tokenCheck } from '../plane/services/options.js';
import { isConsumed } from '../plane/services/reach.js';
import type { Service } from '../plane/services/service.js';

/** Nova's name of the host that Python's nova-compute plays. */
export const RIVAL_HOST = 'python1';

/** VCPUs of both hosts for each core of theirs: the largest crowd fits. */
export const CROWDED = '1000.0';

/**
 * Python's nova-compute with its driver that does nothing, as a second host of the plane: both serve at the same time, on
 * one control plane, and a boot goes to one or the other by the host that it asks for.
 */
export const rival: Service = {
  name: 'python-compute',
  packages: ['python-compute'],
  needs: ['rabbitmq', 'nova-conductor', 'accounts', 'placement'],
  ports: [],
  files: (plane) => [iniFile(plane, 'rival', join(RIVAL_HOST, 'nova.conf'), options(plane))],
  prepare: async (plane) => {
    await mkdir(join(plane.data, RIVAL_HOST), { recursive: true });
  },
  command: (plane) => ({ argv: ['nova-compute', '--config-file', join(plane.etc, RIVAL_HOST, 'nova.conf')] }),
  ready: (plane) => isConsumed(plane, `compute.${RIVAL_HOST}`),
  graceMs: 20_000,
};

/** The same periods as the plane's own compute service has, so that idle times are comparable. */
function options(plane: Plane): ReturnType<typeof mergeIni> {
  const statePath = join(plane.data, RIVAL_HOST);
  return mergeIni(sharedNovaOptions(plane), tokenCheck(plane, 'nova'), {
    DEFAULT: {
      host: RIVAL_HOST,
      my_ip: '127.0.0.2',
      state_path: statePath,
      compute_driver: 'fake.FakeDriver',
      cpu_allocation_ratio: CROWDED,
      ram_allocation_ratio: '20.0',
      disk_allocation_ratio: '200.0',
      reserved_host_memory_mb: 0,
      update_resources_interval: 10,
      vif_plugging_timeout: 60,
    },
    vnc: { enabled: false },
    oslo_concurrency: { lock_path: join(statePath, 'lock') },
  });
}
