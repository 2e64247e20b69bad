import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, run } from './command.js';
import { isAlive, killSession, readRecord, startDaemon } from './daemon.js';
import { livingProcesses, signalIfThere } from './processes.js';
import { until } from './wait.js';
import { hasCode, textOf } from '../trouble.js';

/** A network namespace and a mount namespace of its own, in which processes of a plane run. */
export interface Space {
  /** The network namespace's name for `ip netns`, known to the whole machine. */
  readonly netns: string;
  /** The record of the process that holds the mount namespace open. */
  readonly recordFile: string;
  readonly logFile: string;
  /** A scratch folder for moving mounts. */
  readonly scratch: string;
}

/**
 * What the holder does once: mounts of the space stay inside it (and so end with it), /sys shows the space's own network
 * devices, the control groups stay where they were, the sockets that containerd's shims make at a fixed place go with the
 * space, loopback works, and names of network namespaces (Neutron's qdhcp-…, the compute service's nova-…) are the
 * space's own.
 */
const HOLD = `set -e
mkdir -p "$1"
mount --rbind /sys/fs/cgroup "$1"
mount -t sysfs sysfs /sys
mount --rbind "$1" /sys/fs/cgroup
umount -l "$1"
rmdir "$1"
mkdir -p /run/containerd
mount -t tmpfs tmpfs /run/containerd
mount --make-rshared /
mkdir -p /run/netns
mount -t tmpfs netns /run/netns
mount --make-rshared /run/netns
ip link set lo up
exec sleep infinity`;

/** Makes the space when it is not there; harmless when it is. */
export async function openSpace(space: Space, signal: AbortSignal): Promise<void> {
  if (isAlive(readRecord(space.recordFile)) && existsSync(netnsFile(space))) return;
  await closeSpace(space, signal);
  mkdirSync('/run/netns', { recursive: true });
  await run(['ip', 'netns', 'add', space.netns], { signal });
  const argv = ['nsenter', `--net=${netnsFile(space)}`, 'unshare', '--mount', '--propagation', 'slave'];
  const spec = {
    name: `the holder of ${space.netns}`,
    argv: [...argv, '/bin/sh', '-c', HOLD, 'holder', join(space.scratch, 'cgroup')],
    env: cleanEnvironment(),
    recordFile: space.recordFile,
    logFile: space.logFile,
  };
  const record = await startDaemon(spec, signal);
  await until(
    () => {
      if (!isAlive(record)) throw new Error(`the namespaces of ${space.netns} could not be made`);
      return livingProcesses().some((stat) => stat.pid === record.pid && stat.name === 'sleep');
    },
    { what: `the namespaces of ${space.netns}`, signal, timeoutMs: 10_000, everyMs: 10, logFile: space.logFile },
  );
}

/** The words to put before a command so that it runs inside the space. */
export function enterSpace(space: Space): string[] {
  const record = readRecord(space.recordFile);
  if (!isAlive(record)) throw new Error(`the namespaces of ${space.netns} are not there`);
  return ['nsenter', `--net=/proc/${record.pid}/ns/net`, `--mount=/proc/${record.pid}/ns/mnt`, '--'];
}

/** As {@link enterSpace}, but with the machine's own mounts: for tools and tests that talk to the plane's services. */
export function enterNetwork(space: Space): string[] {
  const record = readRecord(space.recordFile);
  if (!isAlive(record)) throw new Error(`the network namespace ${space.netns} is not there`);
  return ['nsenter', `--net=/proc/${record.pid}/ns/net`, '--'];
}

/**
 * Ends every process of the space's network namespace (only what this plane started can be in there), its holder and the
 * namespaces. The mounts in it go with it.
 */
export async function closeSpace(space: Space, signal: AbortSignal): Promise<void> {
  if (existsSync(netnsFile(space))) {
    await until(async () => (await killInside(space, signal)) === 0, {
      what: `the processes in ${space.netns} to end`,
      signal,
      timeoutMs: 30_000,
      everyMs: 50,
    });
    await run(['ip', 'netns', 'delete', space.netns], { signal });
  }
  const record = readRecord(space.recordFile);
  if (record !== null) killSession(record);
}

async function killInside(space: Space, signal: AbortSignal): Promise<number> {
  const { stdout } = await run(['ip', 'netns', 'pids', space.netns], { signal });
  const pids = stdout.split('\n').filter(Boolean).map(Number);
  for (const pid of pids) {
    try {
      signalIfThere(pid, 'SIGKILL');
    } catch (error) {
      if (!hasCode(error, 'EPERM')) throw new Error(`cannot end process ${pid}: ${textOf(error)}`, { cause: error });
    }
  }
  return pids.length;
}

function netnsFile(space: Space): string {
  return `/run/netns/${space.netns}`;
}
