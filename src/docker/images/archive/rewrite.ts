import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BadArchive, shown } from './bad.js';
import { Contents, type Entry } from './contents.js';
import { imageIn, imagePathsIn } from './image.js';
import { LayerReader } from './layer.js';
import { entryPath, hardlinkTarget, symlinkTarget } from './paths.js';
import { tarReader, tarWriter, type TarEntry, type TarWriter } from './tar.js';

export interface RewriteRules {
  /** The one name that the image gets. */
  readonly tag: string;
  /** What this host runs, in Go's words. */
  readonly architecture: string;
  /** The unpacked archive may be so large. */
  readonly maxBytes: number;
}

export interface Rewriting {
  /** What the engine is fed with. */
  readonly archive: Readable;
  /** Settles when all of it has been handed over. Throws BadArchive, or what reading the data threw. */
  readonly done: Promise<void>;
}

/** Larger than any description of an image; what is larger is a layer and goes through without being looked at. */
const MOST_DESCRIPTION_BYTES = 4 * 1024 * 1024;
const DESCRIPTIONS = new Set(['manifest.json', 'index.json', 'oci-layout', 'repositories']);

/**
 * Rewrites an image archive while it streams. Layers go through as they come, under names of ours; every description
 * is held back. When the data have ended and `verified` has found nothing wrong, the configuration and a
 * `manifest.json` of our own making follow, with our one tag: an archive can neither say what it is called, nor
 * place anything by its entry names, and before its end is known to be good the engine can make nothing of it.
 */
export function rewriteArchive(
  tar: AsyncIterable<Uint8Array>,
  rules: RewriteRules,
  verified: () => Promise<void>,
): Rewriting {
  const out = tarWriter();
  // What breaks it is told by `done`.
  out.stream.on('error', () => undefined);
  return { archive: out.stream, done: new Rewriter(out, rules).run(tar, verified) };
}

class Rewriter {
  readonly #contents = new Contents();
  #sent = 0;
  #bytes = 0;

  constructor(
    private readonly out: TarWriter,
    private readonly rules: RewriteRules,
  ) {}

  async run(tar: AsyncIterable<Uint8Array>, verified: () => Promise<void>): Promise<void> {
    await this.#read(tar);
    await verified();
    await this.#finish();
  }

  /** Takes every entry, until the data end. */
  async #read(tar: AsyncIterable<Uint8Array>): Promise<void> {
    const entries = tarReader();
    const reading = new Failing(tar);
    const feeding = pipeline(Readable.from(reading, { objectMode: false }), entries);
    feeding.catch(() => undefined);
    try {
      for await (const entry of entries) await this.#take(entry);
      await feeding;
    } catch (error) {
      entries.destroy();
      if (reading.failure !== undefined) throw reading.failure.error;
      if (error instanceof BadArchive || this.out.stream.destroyed) throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw new BadArchive(`its archive is broken (${text}): save and upload it again`);
    }
  }

  async #take(entry: TarEntry): Promise<void> {
    const { header } = entry;
    const path = entryPath(header.name);
    switch (header.type) {
      case 'file':
      case 'contiguous-file':
        await this.#takeFile(path, entry);
        return;
      case 'symlink':
        this.#contents.link(path, symlinkTarget(path, header.linkname));
        break;
      case 'link':
        this.#contents.link(path, hardlinkTarget(path, header.linkname));
        break;
      case 'directory':
        break;
      default:
        throw new BadArchive(
          `its archive holds ${shown(header.name)}, which is no file: upload what \`docker save\` writes`,
        );
    }
    entry.resume();
  }

  async #takeFile(path: string, entry: TarEntry): Promise<void> {
    const { size } = entry.header;
    if (size > this.rules.maxBytes) throw this.#tooLarge();
    if (size > MOST_DESCRIPTION_BYTES) {
      if (DESCRIPTIONS.has(path)) throw new BadArchive(`its archive is broken: ${path} has ${size} bytes`);
      this.#contents.add(path, await this.#send(size, entry));
      return;
    }
    const bytes = await bytesOf(entry);
    const kept: Entry = { kind: 'kept', bytes };
    this.#contents.add(path, looksLikeJson(bytes) ? kept : await this.#sendBytes(bytes));
  }

  /** Sends what the image needs of the descriptions, and names it. */
  async #finish(): Promise<void> {
    const paths = imagePathsIn(this.#contents, this.rules.architecture);
    for (const path of paths.layers) await this.#sendKept(path);
    const { config, layers } = imageIn(this.#contents, paths, this.rules.architecture);
    const manifest = [{ Config: 'config.json', RepoTags: [this.rules.tag], Layers: layers }];
    await this.#write('config.json', config);
    await this.#write('manifest.json', Buffer.from(JSON.stringify(manifest)));
    this.out.finalize();
  }

  /** A layer that looked like a description was held back. */
  async #sendKept(path: string): Promise<void> {
    const entry = this.#contents.find(path);
    if (entry?.kind === 'kept') this.#contents.add(path, await this.#sendBytes(entry.bytes));
  }

  #sendBytes(bytes: Buffer): Promise<Entry & { kind: 'sent' }> {
    return this.#send(bytes.length, [bytes]);
  }

  async #send(size: number, body: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<Entry & { kind: 'sent' }> {
    this.#sent += 1;
    const name = `layer-${this.#sent}.tar`;
    const reader = new LayerReader((bytes) => {
      this.#count(bytes);
    });
    async function* watched(): AsyncGenerator<Buffer> {
      for await (const chunk of body) {
        await reader.take(chunk);
        yield chunk;
      }
    }
    try {
      await pipeline(watched, this.out.entry(name, size));
      return { kind: 'sent', as: name, ...(await reader.end()) };
    } finally {
      reader.close();
    }
  }

  /** The unpacked bytes of all layers, and of what only looked like one. */
  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.rules.maxBytes) throw this.#tooLarge();
  }

  #tooLarge(): BadArchive {
    return new BadArchive(`unpacked it is larger than this host takes (${this.rules.maxBytes} bytes)`);
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    await pipeline([bytes], this.out.entry(name, bytes.length));
  }
}

/** Remembers that reading the data failed, so that this is told and not what the tar reader makes of it. */
class Failing implements AsyncIterable<Uint8Array> {
  failure: { readonly error: unknown } | undefined;

  constructor(private readonly data: AsyncIterable<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.data;
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

async function bytesOf(entry: TarEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function looksLikeJson(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 64).toString('latin1').trimStart();
  return start.startsWith('{') || start.startsWith('[');
}
