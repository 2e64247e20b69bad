import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { run } from './command.js';
import { signalIfThere } from './processes.js';
import { until } from './wait.js';
import { hasCode } from '../trouble.js';

const CGROUPS = '/sys/fs/cgroup';
const SHIM_SOCKETS = '/run/containerd/s';

/** The control groups of that name: one in every hierarchy of version 1, or just one in version 2. */
export function cgroupsOf(tag: string): string[] {
  if (!existsSync(CGROUPS)) return [];
  const roots = [CGROUPS, ...readdirSync(CGROUPS).map((name) => join(CGROUPS, name))];
  return roots.map((root) => join(root, tag)).filter((path) => existsSync(join(path, 'cgroup.procs')));
}

/** Kills what is left in the control groups (the containers of a plane's engine) and removes them. */
export async function removeCgroups(tag: string, signal: AbortSignal): Promise<void> {
  for (const root of cgroupsOf(tag)) {
    await until(
      () => {
        const pids = foldersBelow(root).flatMap(membersOf);
        for (const pid of pids) signalIfThere(pid, 'SIGKILL');
        return pids.length === 0;
      },
      { what: `the processes in ${root} to end`, signal, timeoutMs: 20_000, everyMs: 20 },
    );
    await until(() => removeFolders(root), { what: `${root} to be removable`, signal, timeoutMs: 10_000, everyMs: 50 });
  }
}

/** The folder and all below it, deepest first. */
function foldersBelow(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
  return [...names.flatMap((name) => foldersBelow(join(folder, name))), folder];
}

function membersOf(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch (error) {
    // A threaded group lists its members elsewhere, one that just went has none.
    if (hasCode(error, 'EOPNOTSUPP', 'ENOENT', 'ENODEV')) return [];
    throw error;
  }
}

function removeFolders(root: string): boolean {
  for (const folder of foldersBelow(root)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (!hasCode(error, 'EBUSY', 'ENOENT')) throw error;
    }
  }
  return !existsSync(root);
}

/** The mounts below a folder in this mount namespace, deepest first. */
export function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(parseInt(octal, 8)),
      ),
    )
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .sort((one, other) => other.length - one.length);
}

/** Unmounts all below the folder. */
export async function unmountBelow(folder: string, signal: AbortSignal): Promise<void> {
  for (const path of mountsBelow(folder)) await run(['umount', '--lazy', path], { signal, accept: [0, 32] });
}

/**
 * Removes the sockets that the shims of one containerd left behind when they were killed. Shims put them at a fixed place of
 * the machine, under a name made of containerd's address, its namespace and the container's id (containerd 1.6,
 * runtime/v2/shim/util_unix.go).
 */
export function removeShimSockets(containerdAddress: string, containerIds: readonly string[]): void {
  for (const id of containerIds) {
    const name = createHash('sha256')
      .update(join(containerdAddress, 'moby', id))
      .digest('hex');
    rmSync(join(SHIM_SOCKETS, name), { force: true });
  }
  for (const folder of [SHIM_SOCKETS, dirname(SHIM_SOCKETS)]) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'ENOENT', 'EBUSY')) throw error;
    }
  }
}
