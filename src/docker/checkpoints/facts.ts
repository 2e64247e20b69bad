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
  readonly cpuFlags: readonly string[];
}

/** runc hands it to CRIU (libcontainer/container_linux.go: handleCriuConfigurationFile). */
export const CRIU_OPTIONS_FILE = '/etc/criu/runc.conf';

/** Where an engine looks for its init when no path is set (moby, cmd/dockerd and daemon/config, 20.10 to 28). */
const INIT_FOLDERS = [
  ...['/usr/local/libexec/docker', '/usr/libexec/docker', '/usr/local/lib/docker', '/usr/lib/docker'],
  ...['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
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

async function findInit({ system }: Asking, binary: string): Promise<CheckpointFacts['init']> {
  const paths = isAbsolute(binary) ? [binary] : INIT_FOLDERS.map((folder) => join(folder, binary));
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
