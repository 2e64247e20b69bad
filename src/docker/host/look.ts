import type { Engine } from '../engine/engine.js';
import { engineFacts } from '../facts.js';
import type { ContainerSettings } from '../settings.js';
import type { SpecHost } from '../spec/host.js';
import { diskUnder } from './disk.js';
import { lxcfsFiles } from './lxcfs.js';
import type { HostSystem } from './system.js';

/** What stays as it is as long as the engine runs. */
export type LastingHost = Omit<SpecHost, 'lxcfs'>;

/** What a spec depends on beside the plan. Throws Unavailable when the engine is away. */
export async function lookAtHost(
  engine: Engine,
  settings: ContainerSettings,
  system: HostSystem,
): Promise<LastingHost> {
  const facts = await engineFacts(engine);
  return { settings, engine: facts, disk: await diskUnder(facts.rootDirectory, system) };
}

/** lxcfs may be started and stopped at any time. */
export async function withLxcfs(host: LastingHost, system: HostSystem): Promise<SpecHost> {
  return { ...host, lxcfs: await lxcfsFiles(host.settings.lxcfsFolder, system) };
}
