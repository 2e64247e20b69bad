import type { EngineFacts } from '../../compute/ports/engine-facts.js';
import type { Engine } from '../engine/engine.js';
import { engineFacts } from '../facts.js';
import type { ContainerSettings } from '../settings.js';
import type { SpecHost } from '../spec/host.js';
import { diskUnder } from './disk.js';
import { lxcfsFiles } from './lxcfs.js';
import { canLimitRoot } from './root-quota.js';
import type { HostSystem } from './system.js';

/** What stays as it is as long as the engine runs. */
export type LastingHost = Omit<SpecHost, 'lxcfs'> & { readonly engine: EngineFacts };

/** What a spec depends on beside the plan. Throws Unavailable when the engine is away. */
export async function lookAtHost(
  engine: Engine,
  settings: ContainerSettings,
  system: HostSystem,
): Promise<LastingHost> {
  const facts = await engineFacts(engine);
  const [disk, limitsRoot] = await Promise.all([
    diskUnder(facts.rootDirectory, system),
    canLimitRoot(facts.storageDriver, facts.rootDirectory, system),
  ]);
  return { settings, engine: facts, disk, limitsRoot };
}

/** lxcfs may be started and stopped at any time. */
export async function withLxcfs(host: LastingHost, system: HostSystem): Promise<SpecHost> {
  return { ...host, lxcfs: await lxcfsFiles(host.settings.lxcfsFolder, system) };
}
