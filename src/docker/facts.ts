import type { EngineFacts } from '../compute/ports/engine-facts.js';
import type { Engine } from './engine/engine.js';
import { engineInfo } from './engine/system.js';

/** What the engine is and what its host has. Asked each time: memory and CPUs can change under a running engine. */
export async function engineFacts(engine: Engine): Promise<EngineFacts> {
  const [info, version] = await Promise.all([engineInfo(engine), engine.version()]);
  return {
    version: info.ServerVersion,
    apiVersion: version.ApiVersion,
    architecture: info.Architecture,
    operatingSystem: info.OperatingSystem,
    kernelVersion: info.KernelVersion,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    rootDirectory: info.DockerRootDir,
    storageDriver: info.Driver,
    runtimes: Object.keys(info.Runtimes),
    programs: Object.fromEntries(
      Object.entries(info.Runtimes).flatMap(([name, { path }]) => (path === undefined ? [] : [[name, path]])),
    ),
    cgroupVersion: info.CgroupVersion ?? '1',
    liveRestore: info.LiveRestoreEnabled,
    swapLimit: info.SwapLimit,
  };
}
