import type { EngineFacts } from '../compute/ports/engine-facts.js';
import { messageOf, ServiceError } from '../errors/kinds.js';
import { observed, type CallObserver } from '../observe/calls.js';
import { cpuFacts } from './cpu.js';
import type { HostFacts } from './facts.js';
import { uptimeText } from './uptime.js';

/** Where facts come from. */
export interface HostSources {
  readonly engine: () => Promise<EngineFacts>;
  readonly readText: (path: string) => Promise<string>;
  /** Of the file system that the path is on. */
  readonly statfs: (path: string) => Promise<{ bsize: number; blocks: number; bavail: number }>;
  readonly now: () => Date;
  readonly observer: CallObserver;
}

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/**
 * What the host has now. CPUs and memory are those that the engine may use. Throws Unavailable when the engine is away
 * or its root directory can't be seen from here.
 */
export async function readHost(sources: HostSources): Promise<HostFacts> {
  const engine = await sources.engine();
  const cpuinfo = await sources.readText('/proc/cpuinfo');
  const disk = await diskOf(sources, engine.rootDirectory);
  return {
    engineVersion: engine.version,
    storageDriver: engine.storageDriver,
    cpus: engine.cpus,
    memoryMb: Math.floor(engine.memoryBytes / MEBIBYTE),
    diskGb: Math.floor((disk.blocks * disk.bsize) / GIBIBYTE),
    diskFreeGb: Math.floor((disk.bavail * disk.bsize) / GIBIBYTE),
    cpu: cpuFacts(cpuinfo, engine.architecture),
  };
}

async function diskOf(sources: HostSources, root: string): Promise<{ bsize: number; blocks: number; bavail: number }> {
  try {
    return await observed(sources.observer, { system: 'host', name: 'statfs' }, () => sources.statfs(root));
  } catch (error) {
    throw new ServiceError(
      'Unavailable',
      `The engine's root directory ${root} can't be examined: ${messageOf(error)}. ` +
        `The service needs the same file system as dockerd, and the right to look into it.`,
      { cause: error },
    );
  }
}

/** What `uptime` prints. */
export async function readUptime(sources: HostSources): Promise<string> {
  const [uptime, loads] = await Promise.all([sources.readText('/proc/uptime'), sources.readText('/proc/loadavg')]);
  return uptimeText(sources.now(), uptime, loads);
}
