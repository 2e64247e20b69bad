import { appendFile, mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NameFiles } from '../plan/name-files.js';

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
export async function instancesWithFolder(statePath: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(statePath, 'networks'))).filter((name) => UUID.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Uuids of the instances whose ports are down, or were to be, since their server stands still. */
export async function mutedInstances(statePath: string): Promise<readonly string[]> {
  const all = await instancesWithFolder(statePath);
  const isMuted = await Promise.all(all.map(async (uuid) => isMarkedMuted(instanceFolder(statePath, uuid))));
  return all.filter((_uuid, index) => isMuted[index]);
}

/** The runtime's own mark, there from before the first port goes down until after the last is up. */
export async function isMarkedMuted({ path }: InstanceFolder): Promise<boolean> {
  return (await sizeIfThere(join(path, 'muted'))) !== undefined;
}

/** The engine's id of the container that the runtime last gave the ports to; undefined for none. */
export async function readHolder({ path }: InstanceFolder): Promise<string | undefined> {
  return (await readIfThere(join(path, 'holder')))?.split('\n')[0];
}

/** The plan's text; undefined when there is none yet. */
export async function readPlan({ path }: InstanceFolder): Promise<string | undefined> {
  return readIfThere(join(path, 'plan'));
}

/**
 * Writes the folder: the plan in one step (0600, synced: it has to be whole after a power cut), what is told about names
 * in place, since containers of before have these very files mounted.
 */
export async function writeFolder(folder: InstanceFolder, plan: string, files: NameFiles): Promise<void> {
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  const told = { hosts: files.hosts, 'resolv.conf': files.resolvConf, hostname: files.hostname };
  await Promise.all(Object.entries(told).map(([name, text]) => writeInPlace(join(folder.path, name), text)));
  if ((await readPlan(folder)) === plan) return;
  const temporary = join(folder.path, 'plan.new');
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(plan);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder.path, 'plan'));
}

/**
 * Makes the empty files that the engine looks for when a container is made, as they are after a reboot; the runtime puts
 * its file system over them when it first runs.
 */
export async function layOutNames({ path: folder, names }: InstanceFolder): Promise<void> {
  const paths = Object.values(names);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(dirname(names['/etc/hosts']), { recursive: true, mode: 0o755 });
  await Promise.all(paths.map((path) => appendFile(path, '', { mode: 0o644 })));
}

/** A file of another size is not read: a container of before may have made it as large as it liked. */
async function writeInPlace(path: string, text: string): Promise<void> {
  const isSame = (await sizeIfThere(path)) === Buffer.byteLength(text) && (await readIfThere(path)) === text;
  if (!isSame) await writeFile(path, text, { mode: 0o644 });
}

async function sizeIfThere(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
