import { run } from './machine/command.js';
import { enterNetwork, type Space } from './machine/space.js';
import { firstHost, type Plane } from './plane.js';
import { CABLE, ovsVsctl } from './services/openvswitch.js';

/** The cable's end in a further host. */
export const CABLE_END = 'cable0';

/**
 * Connects a further host with the first one, whose switch is the middle of the star. Harmless when it is connected.
 * @param there the plane as it is on that host
 */
export async function plugCable(plane: Plane, there: Plane, signal: AbortSignal): Promise<void> {
  const [near, far] = [spaceOf(plane), spaceOf(there)];
  const end = `cable-${firstHost(there).name}`;
  const look = [...enterNetwork(far), 'ip', 'link', 'show', 'dev', CABLE_END];
  if ((await run(look, { signal, accept: [0, 1] })).code !== 0) {
    const pair = ['type', 'veth', 'peer', 'name', CABLE_END, 'netns', far.netns];
    await run(['ip', 'link', 'add', end, 'netns', near.netns, ...pair], { signal });
  }
  await run([...enterNetwork(near), 'ip', 'link', 'set', 'dev', end, 'up'], { signal });
  await setCable(there, 'up', signal);
  await ovsVsctl(plane, ['--may-exist', 'add-port', CABLE, end], signal);
  await ovsVsctl(there, ['--may-exist', 'add-port', CABLE, CABLE_END], signal);
}

/** Pulls a further host's cable out or puts it back: down, nothing tells either side that the other is gone. */
export async function setCable(there: Plane, to: 'up' | 'down', signal: AbortSignal): Promise<void> {
  await run([...enterNetwork(spaceOf(there)), 'ip', 'link', 'set', 'dev', CABLE_END, to], { signal });
}

function spaceOf({ name, space }: Plane): Space {
  if (space === null) throw new Error(`plane ${name} has no network of its own`);
  return space;
}
