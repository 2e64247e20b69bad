import { join } from 'node:path';
import type { GuestContent } from '../compute/ports/containers.js';
import type { Belongings } from '../compute/ports/instance-folders.js';
import { readIfThere } from './files.js';

/** Tells which kept file stands where; beside them. */
export const KEPT_INDEX = 'index.json';

/** Where one is, and whether it was put behind what the image has there: then it is the server's key, which Nova knows. */
interface Kept {
  readonly path: string;
  readonly append: boolean;
}

export function keptName(index: number): string {
  return String(index).padStart(4, '0');
}

export function indexOf(contents: readonly GuestContent[]): Buffer {
  return Buffer.from(JSON.stringify(contents.map(({ guestPath, append }): Kept => ({ path: guestPath, append }))));
}

/** The injected files of a server without a config drive, as far as they are not in its own file system. */
export async function belongingsOfFiles(folder: string): Promise<Belongings | undefined> {
  const text = await readIfThere(join(folder, KEPT_INDEX));
  if (text === undefined) return undefined;
  const kept = JSON.parse(text.toString('utf8')) as readonly Kept[];
  const files = await Promise.all(
    kept.map(async ({ path, append }, index) => {
      const data = append ? undefined : await readIfThere(join(folder, keptName(index)));
      return data === undefined ? [] : [{ path, data }];
    }),
  );
  const injectedFiles = files.flat();
  return injectedFiles.length === 0 ? undefined : { injectedFiles, adminPassword: null, randomSeed: null };
}
