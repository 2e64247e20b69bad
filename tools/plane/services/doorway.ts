import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CABLE_NET, type Plane, type PortName } from '../plane.js';
import type { Service } from './service.js';

/** What compute hosts talk to. */
const SERVED: readonly PortName[] = ['rabbitmq', 'keystone', 'placement', 'glance', 'neutron', 'nova', 'metadata'];

const LOOPBACK = '127.0.0.1';
const MIDDLE = `${CABLE_NET}.1`;

const marker = (plane: Plane): string => join(plane.run, 'doorway.open');

/**
 * All of a control plane is at 127.0.0.1, and so its catalogue says. The first host's doorway serves it on the cable too;
 * a further host's makes what is on the cable its own 127.0.0.1. So what happens to the cable happens to all of it.
 */
export const doorway: Service = {
  name: 'doorway',
  packages: [],
  needs: ['vswitchd'],
  ports: [],
  files: () => [],
  prepare: (plane) => rm(marker(plane), { force: true }),
  command: (plane) => {
    const way = plane.at === '' ? [MIDDLE, LOOPBACK] : [LOOPBACK, MIDDLE];
    const ports = SERVED.map((name) => String(plane.ports[name]));
    const program = [process.execPath, '--import', import.meta.resolve('tsx')];
    return { argv: [...program, join(import.meta.dirname, '../machine/doorway.ts'), marker(plane), ...way, ...ports] };
  },
  ready: (plane) => Promise.resolve(existsSync(marker(plane))),
};
