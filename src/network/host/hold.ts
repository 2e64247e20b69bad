import { closeSync, constants, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { InstanceFolder } from './folder.js';

/** What a start is told that waits for its ports. */
export type StartWord = 'go' | 'no';

const fileOf = ({ path }: InstanceFolder): string => join(path, 'hold');

/** The runtime waits as long as this process lives and has said no word. The folder is there. */
export function writeHold(folder: InstanceFolder, pid: number): void {
  const temporary = `${fileOf(folder)}.new`;
  writeFileSync(temporary, `${pid}\n`, { mode: 0o600 });
  renameSync(temporary, fileOf(folder));
}

/** Appended: who waits reads on in the file that it has open. Where nothing is held there is nobody to tell. */
export function tellHold(folder: InstanceFolder, word: StartWord): void {
  try {
    const file = openSync(fileOf(folder), constants.O_WRONLY | constants.O_APPEND);
    try {
      writeSync(file, `${word}\n`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Nothing there is fine. */
export function dropHold(folder: InstanceFolder): void {
  rmSync(fileOf(folder), { force: true });
}
