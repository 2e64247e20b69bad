import { constants, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstanceFolder } from './folder.js';

/** What a start is told that waits for its ports. */
export type StartWord = 'go' | 'no';

const fileOf = ({ path }: InstanceFolder): string => join(path, 'hold');

/** The runtime waits as long as this process lives and has said no word. The folder is there. */
export async function writeHold(folder: InstanceFolder, pid: number): Promise<void> {
  const temporary = `${fileOf(folder)}.new`;
  await writeFile(temporary, `${pid}\n`, { mode: 0o600 });
  await rename(temporary, fileOf(folder));
}

/** Appended: who waits reads on in the file that it has open. Where nothing is held there is nobody to tell. */
export async function tellHold(folder: InstanceFolder, word: StartWord): Promise<void> {
  try {
    const file = await open(fileOf(folder), constants.O_WRONLY | constants.O_APPEND);
    await file.writeFile(`${word}\n`).finally(() => file.close());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Nothing there is fine. */
export async function dropHold(folder: InstanceFolder): Promise<void> {
  await rm(fileOf(folder), { force: true });
}
