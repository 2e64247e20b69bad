import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NameFiles } from '../plan/name-files.js';

// Files of a few lines, which the kernel has in memory: reading one takes a tenth of the processor time of the way to
// another thread and back. What waits for the disk itself (`writePlan`) goes that way.

/**
 * An instance's folder below the state path. The runtime knows a container of ours by the `hosts` file of such a folder
 * being mounted in it, and finds the plan beside it.
 *
 * What a container is told about names it may also write to, without a bound that the engine could set. So what is to be
 * told stands in the folder, and the runtime copies it to `names/`, a file system of a few pages of memory: these copies
 * are what is mounted in the container.
 */
export interface InstanceFolder {
  readonly path: string;
  /** By the path in the container. Without an entry for each, the engine mounts one of its own there, unbounded. */
  readonly names: Readonly<Record<'/etc/hosts' | '/etc/resolv.conf' | '/etc/hostname', string>>;
}

export function instanceFolder(statePath: string, instanceUuid: string): InstanceFolder {
  const path = join(statePath, 'networks', instanceUuid);
  const copy = (name: string): string => join(path, 'names', name);
  const names = {
    '/etc/hosts': copy('hosts'),
    '/etc/resolv.conf': copy('resolv.conf'),
    '/etc/hostname': copy('hostname'),
  };
  return { path, names };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Uuids of the instances that have one. */
export function instancesWithFolder(statePath: string): readonly string[] {
  return (ifThere(() => readdirSync(join(statePath, 'networks'))) ?? []).filter((name) => UUID.test(name));
}

/** Uuids of the instances whose ports are down, or were to be, since their server stands still. */
export function mutedInstances(statePath: string): readonly string[] {
  return instancesWithFolder(statePath).filter((uuid) => isMarkedMuted(instanceFolder(statePath, uuid)));
}

/** Whether anything of the instance is on this host. */
export function isThere({ path }: InstanceFolder): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The runtime's own mark, there from before the first port goes down until after the last is up. */
export function isMarkedMuted({ path }: InstanceFolder): boolean {
  return sizeIfThere(join(path, 'muted')) !== undefined;
}

/** From here on the end of its container is the end of all that the instance has here, if it has no ports. */
export function markLeaving(folder: InstanceFolder): void {
  if (isThere(folder)) writeFileSync(leavingMark(folder), '', { mode: 0o600 });
}

/** The engine's id of the container that the runtime last gave the ports to; undefined for none. */
export function readHolder({ path }: InstanceFolder): string | undefined {
  return readIfThere(join(path, 'holder'))?.split('\n')[0];
}

/** The plan's text; undefined when there is none yet. */
export function readPlan({ path }: InstanceFolder): string | undefined {
  return readIfThere(join(path, 'plan'));
}

/**
 * Writes the folder: the plan in one step (0600, synced: it has to be whole after a power cut), what is told about names
 * in place, since containers of before have these very files mounted. An instance that gets a plan stays.
 */
export async function writeFolder(folder: InstanceFolder, plan: string, files: NameFiles): Promise<void> {
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  rmSync(leavingMark(folder), { force: true });
  const told = { hosts: files.hosts, 'resolv.conf': files.resolvConf, hostname: files.hostname };
  for (const [name, text] of Object.entries(told)) writeInPlace(join(folder.path, name), text);
  if (readPlan(folder) !== plan) await writePlan(folder, plan);
}

/**
 * Makes the empty files that the engine looks for when a container is made, as they are after a reboot; the runtime puts
 * its file system over them when it first runs.
 */
export function layOutNames({ path: folder, names }: InstanceFolder): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(names['/etc/hosts']), { recursive: true, mode: 0o755 });
  for (const path of Object.values(names)) appendFileSync(path, '', { mode: 0o644 });
}

async function writePlan({ path }: InstanceFolder, plan: string): Promise<void> {
  const temporary = join(path, 'plan.new');
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(plan);
    await file.datasync();
  } finally {
    await file.close();
  }
  renameSync(temporary, join(path, 'plan'));
}

const leavingMark = ({ path }: InstanceFolder): string => join(path, 'leaving');

/** A file of another size is not read: a container of before may have made it as large as it liked. */
function writeInPlace(path: string, text: string): void {
  const isSame = sizeIfThere(path) === Buffer.byteLength(text) && readIfThere(path) === text;
  if (!isSame) writeFileSync(path, text, { mode: 0o644 });
}

function sizeIfThere(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function readIfThere(path: string): string | undefined {
  return ifThere(() => readFileSync(path, 'utf8'));
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
