import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../machine/command.js';
import { enterSpace } from '../machine/space.js';
import type { Plane } from '../plane.js';
import type { Service } from './service.js';

/** Where the service looks for it; the mount is in the host's own mount namespace. */
const FOLDER = '/var/lib/lxcfs';

/** What makes uptime and /proc/cpuinfo in a container its own. Few want it: only when it is asked for. */
export const lxcfs: Service = {
  name: 'lxcfs',
  packages: ['tests'],
  needs: [],
  ports: [],
  files: () => [],
  prepare: async () => {
    await mkdir(FOLDER, { recursive: true });
  },
  command: (plane) => ({
    argv: ['lxcfs', '--foreground', '--enable-cfs', `--pidfile=${join(plane.run, 'lxcfs.pid')}`, FOLDER],
  }),
  ready: async (plane, signal) => {
    const look = ['test', '-r', join(FOLDER, 'proc/uptime')];
    return (await run([...enter(plane), ...look], { signal, accept: [0, 1] })).code === 0;
  },
  onDemand: true,
};

const enter = ({ space }: Plane): string[] => (space === null ? [] : enterSpace(space));
