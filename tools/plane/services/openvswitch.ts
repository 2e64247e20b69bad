import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnvironment, run } from '../machine/command.js';
import { enterSpace } from '../machine/space.js';
import { firstHost, hasCable, type Plane } from '../plane.js';
import { accepts } from './reach.js';
import type { Service } from './service.js';

/** The bridge that leads out of the plane, and the host's address on it: the gateway of the public network. */
export const OUTER_BRIDGE = 'br-ex';
export const OUTER_ADDRESS = '172.24.4.1/24';

/** Between hosts. A bridge of the switch, since in user space only those carry its tunnels. */
export const CABLE = 'br-cable';

const folder = (plane: Plane): string => join(plane.run, 'ovs');
const socket = (plane: Plane): string => join(folder(plane), 'db.sock');

/** The database's address, as `--db` and `ovsdb_connection` want it. */
export function ovsdbConnection(plane: Plane): string {
  return `unix:${socket(plane)}`;
}

/** Where the switch's programs find each other. */
export function switchEnvironment(plane: Plane): Record<string, string> {
  return { OVS_RUNDIR: folder(plane), OVS_LOGDIR: plane.log, OVS_DBDIR: join(plane.data, 'ovs') };
}

/** ovs-vsctl on the plane's switch, in its network. */
export async function ovsVsctl(plane: Plane, words: readonly string[], signal: AbortSignal): Promise<string> {
  const argv = [...entering(plane), 'ovs-vsctl', '--timeout=20', `--db=${ovsdbConnection(plane)}`, ...words];
  return (await run(argv, { signal, env: cleanEnvironment(switchEnvironment(plane)) })).stdout.trim();
}

const database = (plane: Plane): string => join(plane.data, 'ovs', 'conf.db');

export const ovsdb: Service = {
  name: 'ovsdb',
  packages: ['network'],
  needs: [],
  ports: [],
  files: () => [],
  prepare: async (plane, signal) => {
    await mkdir(folder(plane), { recursive: true });
    await mkdir(join(plane.data, 'ovs'), { recursive: true });
    if (existsSync(database(plane))) return;
    await run(['ovsdb-tool', 'create', database(plane), '/usr/share/openvswitch/vswitch.ovsschema'], { signal });
  },
  command: (plane) => ({
    argv: ['ovsdb-server', database(plane), `--remote=p${ovsdbConnection(plane)}`, '--no-chdir'],
    env: switchEnvironment(plane),
  }),
  ready: (plane) => accepts(socket(plane)),
};

/** The switch itself, in user space: no kernel module is needed. Its integration bridge is the agent's to make. */
export const vswitchd: Service = {
  name: 'vswitchd',
  packages: ['network'],
  needs: ['ovsdb'],
  ports: [],
  files: () => [],
  command: (plane) => ({ argv: ['ovs-vswitchd', ovsdbConnection(plane), '--no-chdir'], env: switchEnvironment(plane) }),
  // It works when the bridge's own device is there.
  ready: async (plane, signal) => {
    const bridge = ['--may-exist', 'add-br', OUTER_BRIDGE, '--', 'set', 'Bridge', OUTER_BRIDGE, 'datapath_type=netdev'];
    await ovsVsctl(plane, bridge, signal);
    const look = [...entering(plane), 'ip', 'link', 'show', 'dev', OUTER_BRIDGE];
    return (await run(look, { signal, accept: [0, 1] })).code === 0;
  },
  settle: async (plane, signal) => {
    if (plane.at === '') await giveAddress(plane, OUTER_BRIDGE, OUTER_ADDRESS, signal);
    if (!hasCable(plane)) return;
    const cable = ['--may-exist', 'add-br', CABLE, '--', 'set', 'Bridge', CABLE, 'datapath_type=netdev'];
    await ovsVsctl(plane, cable, signal);
    await giveAddress(plane, CABLE, `${firstHost(plane).address}/24`, signal);
  },
};

async function giveAddress(plane: Plane, device: string, address: string, signal: AbortSignal): Promise<void> {
  await run([...entering(plane), 'ip', 'addr', 'replace', address, 'dev', device], { signal });
  await run([...entering(plane), 'ip', 'link', 'set', 'dev', device, 'up'], { signal });
}

function entering({ space }: Plane): string[] {
  return space === null ? [] : enterSpace(space);
}
