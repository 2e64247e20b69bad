import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../errors/kinds.js';
import { engineInfo } from '../engine/system.js';
import type { Engine } from '../engine/engine.js';

/** Where a checkpoint lies on this host. */
export interface CheckpointPlace {
  /** Of all of the container's. */
  readonly folder: string;
  /** As the engine names it (daemon/checkpoint.go). */
  readonly path: string;
  /** What it is until it is whole, when it comes from another host; the engine gives no such name. */
  readonly unfinished: string;
  /** Is there when the engine has said that it has written all. */
  readonly mark: string;
}

/** The engine's own rule, and no way out of the folder. Throws Invalid. */
export async function placeOf(engine: Engine, containerId: string, name: string): Promise<CheckpointPlace> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw new ServiceError('Invalid', `A checkpoint can't be named "${name}".`);
  }
  const { DockerRootDir: root } = await engineInfo(engine);
  const folder = join(root, 'containers', containerId, 'checkpoints');
  return {
    folder,
    path: join(folder, name),
    unfinished: join(folder, `.unfinished-${name}`),
    mark: join(folder, `.whole-${name}`),
  };
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

export async function markWhole({ mark }: CheckpointPlace): Promise<void> {
  await writeFile(mark, '', { mode: 0o600 });
}

/** 0: it is not marked. */
export async function markedAtMs({ mark }: CheckpointPlace): Promise<number> {
  const found = await stat(mark).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}

/** Its files, by name. */
export async function filesIn(path: string): Promise<readonly { readonly name: string; readonly bytes: number }[]> {
  const names = (await readdir(path)).toSorted();
  return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(path, name))).size })));
}

export async function bytesIn(path: string): Promise<number> {
  return (await filesIn(path)).reduce((sum, { bytes }) => sum + bytes, 0);
}
