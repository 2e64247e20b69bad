import { chown, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whose a file is. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Writing {
  readonly mode: number;
  readonly owner: Owner;
  /** It has to be whole after a power cut. */
  readonly synced: boolean;
}

/** Writes a file in one step, unless it is so already. Its folder must be there. */
export async function writeFileOnce(path: string, data: Buffer, { mode, owner, synced }: Writing): Promise<void> {
  if ((await readIfThere(path))?.equals(data) === true) return;
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(data);
    await file.chown(owner.uid, owner.gid);
    if (synced) await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  if (synced) await syncFolder(dirname(path));
}

/** Makes a folder for its owner alone; one that is there is fine. */
export async function makeFolder(path: string, owner: Owner): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  // Also one that was there: a crash may have come between the two.
  if (owner.uid !== process.getuid?.()) await chown(path, owner.uid, owner.gid);
}

export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
