import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeyedLocks } from '../../compute/locks.js';
import { messageOf } from '../../errors/kinds.js';
import type { Logger } from '../../observe/logger.js';
import { asObject, asStrings } from './archive/shapes.js';

interface Remembered {
  /** Since when (ms since 1970) no container was seen to use an image of ours, by our name of it. */
  readonly unusedSince: Map<string, number>;
  /** Names that the engine gives what it fetches from a registry, and that are to go again. */
  readonly pulling: Set<string>;
}

/**
 * What must be known of images after a restart: a small file. A lost one costs little: images are kept longer, and the
 * name of a pull that a crash cut off stays.
 *
 * INVARIANTS: a change is on disk (file and folder synced) when it resolves, and the file is there whole or not at all,
 * whatever dies when; changes are written one after the other.
 */
export class ImageMemory {
  #remembered: Promise<Remembered> | undefined;
  readonly #writing = new KeyedLocks();

  constructor(
    private readonly file: string,
    private readonly log: Logger,
  ) {}

  async unusedSince(reference: string): Promise<number | undefined> {
    return (await this.#read()).unusedSince.get(reference);
  }

  /** Puts all of these in place of what was known. */
  async noteUnused(since: ReadonlyMap<string, number>): Promise<void> {
    const { unusedSince } = await this.#read();
    if (since.size === unusedSince.size && [...since].every(([key, at]) => unusedSince.get(key) === at)) return;
    unusedSince.clear();
    for (const [key, at] of since) unusedSince.set(key, at);
    await this.#write();
  }

  /** Names of pulls that have not come to their end. */
  async pulling(): Promise<readonly string[]> {
    return [...(await this.#read()).pulling];
  }

  async notePull(name: string): Promise<void> {
    const { pulling } = await this.#read();
    if (pulling.has(name)) return;
    pulling.add(name);
    await this.#write();
  }

  async forgetPull(name: string): Promise<void> {
    if ((await this.#read()).pulling.delete(name)) await this.#write();
  }

  #read(): Promise<Remembered> {
    this.#remembered ??= this.#load();
    return this.#remembered;
  }

  async #load(): Promise<Remembered> {
    const nothing = { unusedSince: new Map<string, number>(), pulling: new Set<string>() };
    try {
      const stored = asObject(JSON.parse(await readFile(this.file, 'utf8'))) ?? {};
      const since = Object.entries(asObject(stored['unusedSince']) ?? {});
      const times = since.filter((pair): pair is [string, number] => typeof pair[1] === 'number');
      return { unusedSince: new Map(times), pulling: new Set(asStrings(stored['pulling'])) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        const about = { file: this.file, reason: messageOf(error) };
        this.log.warn('What was known of unused images can not be read: their time begins anew', about);
      }
      return nothing;
    }
  }

  async #write(): Promise<void> {
    await this.#writing.run('', async () => {
      const { unusedSince, pulling } = await this.#read();
      const stored = { unusedSince: Object.fromEntries(unusedSince), pulling: [...pulling] };
      await replaceFile(this.file, `${JSON.stringify(stored, null, 2)}\n`);
    });
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const folder = await open(join(file, '..'), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
