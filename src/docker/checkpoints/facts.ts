import { basename, dirname, isAbsolute, join } from 'node:path';
import { engineInfo } from '../engine/system.js';
import { remappedRoot } from '../remapped-root.js';
import type { CheckpointsParts } from './parts.js';

/** What of a host decides whether it can write processes and take them up. */
export interface CheckpointFacts {
  readonly engine: string;
  readonly isExperimental: boolean;
  readonly mapsUsers: boolean;
  readonly kernel: string;
  /** undefined: none. */
  readonly criu: string | undefined;
  /** What is in /etc/criu/runc.conf; empty where there is none. */
  readonly criuOptions: readonly string[];
  /** The first process of containers, as the engine finds it; `isLink`: its file is a symbolic link. */
  readonly init: { readonly path: string; readonly isLink: boolean } | undefined;
  /** CRIU holds connections still with it. */
  readonly hasIptables: boolean;
  readonly cpuFlags: readonly string[];
}

/** runc hands it to CRIU (libcontainer/container_linux.go: handleCriuConfigurationFile). */
export const CRIU_OPTIONS_FILE = '/etc/criu/runc.conf';

const PROGRAM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** Where an engine looks for its init when no path is set (moby, cmd/dockerd and daemon/config, 20.10 to 28). */
const INIT_FOLDERS = [
  ...['/usr/local/libexec/docker', '/usr/libexec/docker', '/usr/local/lib/docker', '/usr/lib/docker'],
  ...PROGRAM_FOLDERS,
];

type Asking = Pick<CheckpointsParts, 'engine' | 'system' | 'criuVersion'>;

/** Throws Unavailable when the engine is away. */
export async function checkpointFacts(parts: Asking, signal: AbortSignal): Promise<CheckpointFacts> {
  const [info, criu, options, cpus] = await Promise.all([
    engineInfo(parts.engine),
    parts.criuVersion(signal),
    readIfThere(parts, CRIU_OPTIONS_FILE),
    readIfThere(parts, '/proc/cpuinfo'),
  ]);
  return {
    engine: info.ServerVersion,
    isExperimental: info.ExperimentalBuild === true,
    mapsUsers: remappedRoot(info.DockerRootDir) !== undefined,
    kernel: info.KernelVersion,
    criu,
    criuOptions: linesOf(options),
    init: await findInit(parts, info.InitBinary ?? 'docker-init'),
    hasIptables:
      (await findProgram(
        parts,
        PROGRAM_FOLDERS.map((folder) => join(folder, 'iptables')),
      )) !== undefined,
    cpuFlags: flagsIn(cpus),
  };
}

async function readIfThere({ system }: Asking, path: string): Promise<string> {
  return system.readText(path).catch(() => '');
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => line !== '');
}

/** The words of the first processor; ARM's are named otherwise. */
function flagsIn(cpuinfo: string): readonly string[] {
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  return [...new Set(flags.split(/\s+/).filter((flag) => flag !== ''))].toSorted();
}

async function findInit(asking: Asking, binary: string): Promise<CheckpointFacts['init']> {
  return findProgram(asking, isAbsolute(binary) ? [binary] : INIT_FOLDERS.map((folder) => join(folder, binary)));
}

/** The first of these paths that is there. */
async function findProgram({ system }: Asking, paths: readonly string[]): Promise<CheckpointFacts['init']> {
  for (const path of paths) {
    try {
      const plain = join(await system.realPath(dirname(path)), basename(path));
      return { path, isLink: (await system.realPath(path)) !== plain };
    } catch {
      // Not here.
    }
  }
  return undefined;
}
