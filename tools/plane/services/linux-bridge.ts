import { run } from '../machine/command.js';
import { enterNetwork } from '../machine/space.js';
import type { Plane } from '../plane.js';
import { OUTER_ADDRESS, OUTER_BRIDGE } from './openvswitch.js';

/** The bridge that leads out of a plane without Open vSwitch; the agent makes all others. Harmless when it is there. */
export async function makeOuterBridge({ space }: Plane, signal: AbortSignal): Promise<void> {
  const enter = space === null ? [] : enterNetwork(space);
  const ip = async (...words: readonly string[]): Promise<void> => {
    await run([...enter, 'ip', ...words], { signal });
  };
  const look = [...enter, 'ip', 'link', 'show', 'dev', OUTER_BRIDGE];
  if ((await run(look, { signal, accept: [0, 1] })).code !== 0) await ip('link', 'add', OUTER_BRIDGE, 'type', 'bridge');
  await ip('addr', 'replace', OUTER_ADDRESS, 'dev', OUTER_BRIDGE);
  await ip('link', 'set', 'dev', OUTER_BRIDGE, 'up');
}
