import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { filesIn, isThere, placeOf } from './folder.js';
import type { CheckpointsParts } from './parts.js';

/** As containerd names its folders for them (services/tasks/local.go, 1.6 to 2.1). */
const COPY = /^ct(?:r)?d-checkpoint\d+$/;
/** Of each file: two checkpoints differ in the first page of some. */
const COMPARED_BYTES = 16 * 1024;

/** See the port. A container that is gone has taken its checkpoints with it. */
export async function forget(parts: CheckpointsParts, key: ContainerKey, name: string): Promise<void> {
  const occupant = await parts.ours.look(key);
  if (occupant.whose !== 'ours') return;
  const { path, unfinished, mark } = await placeOf(parts.engine, occupant.inspect.Id, name);
  // First: afterwards nothing tells whose they are.
  if (await isThere(path)) await forgetCopies(parts.temporaryFolder, path);
  await rm(mark, { force: true });
  for (const folder of [unfinished, path]) await rm(folder, { recursive: true, force: true });
}

/** Those of containerd's folders, half written ones too, in which there is nothing but what is in the checkpoint. */
export async function forgetCopies(temporaryFolder: string, path: string): Promise<void> {
  const names = await readdir(temporaryFolder).catch(() => []);
  for (const name of names.filter((one) => COPY.test(one))) {
    const copy = join(temporaryFolder, name);
    if (await isCopy(copy, path)) await rm(copy, { recursive: true, force: true });
  }
}

async function isCopy(copy: string, path: string): Promise<boolean> {
  const files = await filesIn(copy).catch(() => []);
  if (files.length === 0) return false;
  for (const { name, bytes } of files) {
    const length = Math.min(bytes, COMPARED_BYTES);
    const [one, other] = await Promise.all([beginning(join(copy, name), length), beginning(join(path, name), length)]);
    if (one === undefined || other === undefined || !one.equals(other)) return false;
  }
  return true;
}

/** undefined for a file that is not there. */
async function beginning(path: string, length: number): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch {
    return undefined;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
