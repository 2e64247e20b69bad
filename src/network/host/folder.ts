import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NameFiles } from '../plan/name-files.js';

/**
 * An instance's folder below the state path. The runtime knows a container of ours by the `hosts` file of such a folder
 * being mounted in it, and finds the plan beside it.
 */
export interface InstanceFolder {
  readonly path: string;
  /** What to mount where in the container. */
  readonly hosts: string;
  readonly resolvConf: string;
}

export function instanceFolder(statePath: string, instanceUuid: string): InstanceFolder {
  const path = join(statePath, 'networks', instanceUuid);
  return { path, hosts: join(path, 'hosts'), resolvConf: join(path, 'resolv.conf') };
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

/** The plan's text; undefined when there is none yet. */
export async function readPlan({ path }: InstanceFolder): Promise<string | undefined> {
  return readIfThere(join(path, 'plan'));
}

/**
 * Writes the folder: the plan in one step (0600, synced: it has to be whole after a power cut), the files that
 * containers see in place, so that they see the change.
 */
export async function writeFolder(folder: InstanceFolder, plan: string, files: NameFiles): Promise<void> {
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  await Promise.all([writeInPlace(folder.hosts, files.hosts), writeInPlace(folder.resolvConf, files.resolvConf)]);
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

async function writeInPlace(path: string, text: string): Promise<void> {
  if ((await readIfThere(path)) !== text) await writeFile(path, text, { mode: 0o644 });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
