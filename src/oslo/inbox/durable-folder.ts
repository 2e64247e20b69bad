import { mkdir, open, readdir, readFile, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { grouped } from './group-commit.js';

const TEMPORARY = '.tmp-';

/**
 * A folder of small files of which each is there whole or not at all, whatever dies when. Files are 0600: they hold
 * tokens.
 *
 * INVARIANTS: a method that resolves has its effect on disk (file and folder synced), `remove` excepted: a removal
 * that a power cut undoes must do no harm. Files appear in the order of the calls of `write`, so that what a crash
 * leaves has no gap: contents are written beside each other, only the renames wait for their turn.
 */
export class DurableFolder {
  private serial = 0;
  private turn: Promise<void> = Promise.resolve();
  private readonly sync: () => Promise<void>;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {
    this.sync = grouped(() => handle.sync());
  }

  /** Makes the folder (0700) if it is missing, and clears what a crash left half-written. */
  static async open(path: string): Promise<DurableFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const folder = new DurableFolder(path, await open(path, 'r'));
    const left = await readdir(path);
    for (const name of left.filter((entry) => entry.startsWith(TEMPORARY))) await folder.remove(name);
    return folder;
  }

  /** Names of the files, in no order. */
  async list(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => !name.startsWith(TEMPORARY));
  }

  async read(name: string): Promise<string> {
    return readFile(join(this.path, name), 'utf8');
  }

  async write(name: string, content: string): Promise<void> {
    const temporary = `${TEMPORARY}${process.pid}-${(this.serial += 1)}`;
    const before = this.turn;
    let pass = (): void => {};
    this.turn = new Promise((resolve) => (pass = resolve));
    try {
      const file = await open(join(this.path, temporary), 'wx', 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await before;
      await rename(join(this.path, temporary), join(this.path, name));
    } catch (error) {
      await this.remove(temporary).catch(() => {});
      throw error;
    } finally {
      void before.then(pass);
    }
    await this.sync();
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(join(this.path, from), join(this.path, to));
    await this.sync();
  }

  /** Hands a file to another folder of the same file system. */
  async moveTo(other: DurableFolder, name: string): Promise<void> {
    await rename(join(this.path, name), join(other.path, name));
    await other.sync();
  }

  /** One that is not there is fine. */
  async remove(name: string): Promise<void> {
    try {
      await unlink(join(this.path, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
