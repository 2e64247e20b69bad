import { pipeline } from 'node:stream/promises';
import { ServiceError } from '../../errors/kinds.js';
import { Contents } from '../images/archive/contents.js';
import { entryPath, hardlinkTarget, symlinkTarget } from '../images/archive/paths.js';
import type { TarEntry, TarWriter } from '../images/archive/tar.js';
import { HEADER_BYTES, isEphemeralLayer } from './volume-layer.js';

/** What is smaller waits until it is known what the image is made of, what is larger only if it is a description. */
const SMALL_BYTES = 64 * 1024;
const MOST_DESCRIPTION_BYTES = 4 * 1024 * 1024;

/** Of a layer that was read nothing is known but its name, and whether it went through. */
interface Passed {
  readonly isLeftOut: boolean;
}

/**
 * What comes out of the engine, on its way into an archive of ours: large files are layers and go through under names of
 * ours, but for those of ephemeral disks; everything else waits. The engine is ours and tells the truth, so nothing is
 * looked at or hashed here.
 */
export class SavedEntries {
  readonly contents = new Contents<Passed>();
  #sent = 0;

  constructor(private readonly out: TarWriter) {}

  async take(entry: TarEntry): Promise<void> {
    const { type, name, linkname } = entry.header;
    const path = entryPath(name);
    if (type === 'file' || type === 'contiguous-file') return this.#takeFile(path, entry);
    if (type === 'symlink') this.contents.link(path, symlinkTarget(path, linkname));
    if (type === 'link') this.contents.link(path, hardlinkTarget(path, linkname));
    entry.resume();
  }

  /** The names under which these layers went through, those that waited going now; null for one that was left out. */
  async layers(paths: readonly string[]): Promise<readonly (string | null)[]> {
    const names: (string | null)[] = [];
    for (const path of paths) names.push(await this.#layer(path));
    return names;
  }

  async #takeFile(path: string, entry: TarEntry): Promise<void> {
    const { size } = entry.header;
    if (size > MOST_DESCRIPTION_BYTES) return this.#send(path, size, entry);
    const bytes = await bytesOf(entry);
    if (size <= SMALL_BYTES || bytes[0] === OPENING_BRACE) return this.contents.add(path, { kind: 'kept', bytes });
    return this.#send(path, size, [bytes]);
  }

  async #layer(path: string): Promise<string | null> {
    const waiting = this.contents.find(path);
    if (waiting?.kind === 'kept') await this.#send(path, waiting.bytes.length, [waiting.bytes]);
    const entry = this.contents.find(path);
    if (entry?.kind === 'sent') return entry.isLeftOut ? null : entry.as;
    throw new ServiceError('Internal', `The container engine saved an image without ${path}.`);
  }

  async #send(path: string, size: number, body: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const { head, all } = await headOf(body);
    if (isEphemeralLayer(head)) {
      for await (const chunk of all) void chunk;
      return this.contents.add(path, { kind: 'sent', as: '', isLeftOut: true });
    }
    this.#sent += 1;
    const as = `layer-${this.#sent}.tar`;
    await pipeline(all, this.out.entry(as, size));
    this.contents.add(path, { kind: 'sent', as, isLeftOut: false });
  }
}

/** The first bytes, and all of them. */
async function headOf(
  body: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<{ readonly head: Buffer; readonly all: AsyncIterable<Buffer> }> {
  const rest = chunksOf(body);
  let head = Buffer.alloc(0);
  while (head.length < HEADER_BYTES) {
    const next = await rest.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield head;
    yield* rest;
  }
  return { head, all: all() };
}

async function* chunksOf(body: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield* body;
}

const OPENING_BRACE = 0x7b;

async function bytesOf(entry: TarEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}
