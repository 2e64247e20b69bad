import { run } from '../machine/command.js';
import { enterNetwork } from '../machine/space.js';
import type { Plane } from '../plane.js';
import { OUTER_ADDRESS, OUTER_BRIDGE } from './openvswitch.js';

/**
 * Where the agent's tunnels leave the host: a bridge without ports, since there is no other host. Not the loopback
 * device: what is flooded into a tunnel by multicast comes back out of it there, and the network's bridge learns that
 * every server is at the far end.
 */
const TUNNELS = 'br-tunnels';
const TUNNEL_NET = '172.24.5.1/24';
export const TUNNEL_ADDRESS = TUNNEL_NET.replace(/\/.*$/, '');

/** The bridges of a plane without Open vSwitch that its agent does not make. Harmless when they are there. */
export async function makeOuterBridges(plane: Plane, signal: AbortSignal): Promise<void> {
  await makeBridge(plane, [OUTER_BRIDGE, OUTER_ADDRESS], signal);
  await makeBridge(plane, [TUNNELS, TUNNEL_NET], signal);
}

async function makeBridge(
  { space }: Plane,
  [name, address]: readonly [string, string],
  signal: AbortSignal,
): Promise<void> {
  const enter = space === null ? [] : enterNetwork(space);
  const ip = async (...words: readonly string[]): Promise<void> => {
    await run([...enter, 'ip', ...words], { signal });
  };
  const look = [...enter, 'ip', 'link', 'show', 'dev', name];
  if ((await run(look, { signal, accept: [0, 1] })).code !== 0) await ip('link', 'add', name, 'type', 'bridge');
  await ip('addr', 'replace', address, 'dev', name);
  await ip('link', 'set', 'dev', name, 'up');
}
