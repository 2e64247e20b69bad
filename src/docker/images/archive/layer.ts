import { createHash } from 'node:crypto';
import { createGunzip, type Gunzip } from 'node:zlib';
import { BadArchive } from './bad.js';
import { rootPath } from './paths.js';
import { TarScanner } from './tar-scanner.js';

/** So much of a layer is kept to tell what it is. */
const HEAD_BYTES = 512;

/** What is known of a layer that went by. */
export interface LayerFacts {
  readonly head: Buffer;
  /** The hash of its tar archive, unpacked: what an image's configuration calls it by. */
  readonly diffId: string;
  /** What is wrong with its tar archive, if that is what it is. */
  readonly problem: BadArchive | undefined;
}

/**
 * Looks at a layer on its way. The engine takes a layer that it has from its own store and does not look at the data:
 * who knows a hash of another's layer could get at that layer, if we did not hash what really came.
 * It is unpacked for that, so a bomb is found here too, also one that is made of a sparse file's holes.
 */
export class LayerReader {
  readonly #hash = createHash('sha256');
  #head = Buffer.alloc(0);
  /** What came before it could be told how the layer is packed. */
  #pending: Buffer | undefined = Buffer.alloc(0);
  #gunzip: Gunzip | undefined;
  #broken: Error | undefined;
  #problem: BadArchive | undefined;
  #holeBytes = 0;
  readonly #scanner = new TarScanner({
    entry: ({ path, kind, linkPath, expandedBytes, storedBytes }) => {
      this.#holeBytes += expandedBytes - storedBytes;
      rootPath(path, path);
      if (kind === 'link') rootPath(linkPath, path);
    },
  });

  /** `count` is told of every unpacked piece, and throws when they are too many. */
  constructor(private readonly count: (bytes: number) => void) {}

  /** Takes the next piece; resolves when there is room for more. Throws BadArchive. */
  async take(chunk: Buffer): Promise<void> {
    if (this.#head.length < HEAD_BYTES) this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD_BYTES)]);
    if (this.#pending === undefined) {
      await this.#feed(chunk);
      return;
    }
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (this.#pending.length < 2) return;
    const first = this.#pending;
    this.#pending = undefined;
    if (first[0] === 0x1f && first[1] === 0x8b) this.#gunzip = this.#unpacking();
    await this.#feed(first);
  }

  /** Throws BadArchive when its compression is cut off. */
  async end(): Promise<LayerFacts> {
    if (this.#pending !== undefined) this.#add(this.#pending);
    if (this.#gunzip !== undefined) {
      const ended = settled(this.#gunzip);
      this.#gunzip.end();
      await ended;
      this.#check();
    }
    this.#scan(() => {
      this.#scanner.end();
    });
    return { head: this.#head, diffId: `sha256:${this.#hash.digest('hex')}`, problem: this.#problem };
  }

  /** Lets go of what it holds; fine at any time. */
  close(): void {
    this.#gunzip?.destroy();
  }

  async #feed(chunk: Buffer): Promise<void> {
    if (this.#gunzip === undefined) {
      this.#add(chunk);
      return;
    }
    this.#check();
    if (!this.#gunzip.write(chunk)) await settled(this.#gunzip, 'drain');
    this.#check();
    if (this.#gunzip.readableEnded) throw new BadArchive('its archive is broken: data follow a compressed layer');
  }

  #check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  #unpacking(): Gunzip {
    const gunzip = createGunzip();
    gunzip.on('error', () => {
      this.#broken ??= new BadArchive('its archive is broken: the compression of a layer is');
    });
    gunzip.on('data', (chunk: Buffer) => {
      try {
        this.#add(chunk);
      } catch (error) {
        this.#broken ??= error as Error;
        gunzip.destroy();
      }
    });
    return gunzip;
  }

  #add(chunk: Buffer): void {
    this.count(chunk.length);
    this.#hash.update(chunk);
    this.#scan(() => {
      this.#scanner.take(chunk);
    });
    this.count(this.#holeBytes);
    this.#holeBytes = 0;
  }

  /** It need not be a layer: everything that is no description comes by here. */
  #scan(step: () => void): void {
    if (this.#problem !== undefined) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof BadArchive)) throw error;
      this.#problem = error;
    }
  }
}

/** Resolves with the next of these events; the last three come at the latest when a stream is done or destroyed. */
function settled(stream: Gunzip, wanted = 'end'): Promise<void> {
  const names = [wanted, 'end', 'close', 'error'];
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of names) stream.off(name, done);
      resolve();
    };
    for (const name of names) stream.on(name, done);
  });
}
