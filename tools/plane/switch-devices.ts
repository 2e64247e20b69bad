import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './machine/command.js';
import type { Plane } from './plane.js';

/** The device that belongs to the user-space datapath as a whole. */
const DATAPATH = 'ovs-netdev';

const BRIDGES = '["Open_vSwitch",{"op":"select","table":"Bridge","where":[],"columns":["name"]}]';

/**
 * Removes the devices of the plane's bridges, which outlive a switch that was killed. In a space of its own they end with
 * it; in the machine's own network they are found in the switch's database, and only devices that a program made (tun/tap)
 * are touched: a bridge of the machine's own switch with the same name is none.
 */
export async function removeSwitchDevices(plane: Plane, signal: AbortSignal): Promise<void> {
  const database = join(plane.data, 'ovs', 'conf.db');
  if (plane.space !== null || !existsSync(database)) return;
  const { stdout } = await run(['ovsdb-tool', 'query', database, BRIDGES], { signal });
  const [answer] = JSON.parse(stdout) as { rows: { name: string }[] }[];
  for (const name of [...(answer?.rows ?? []).map((row) => row.name), DATAPATH]) {
    if (!existsSync(`/sys/class/net/${name}/tun_flags`)) continue;
    await run(['ip', 'link', 'delete', 'dev', name], { signal });
  }
}
