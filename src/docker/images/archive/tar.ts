import type { Readable, Writable } from 'node:stream';
import { extract, pack, type Header } from 'tar-stream';

/** One entry of an archive that is read; its body must be read to the end before the next one comes. */
export interface TarEntry extends AsyncIterable<Buffer> {
  readonly header: Header;
  /** Leaves the body out. */
  resume(): void;
}

/** Reads an archive that is written to it. */
export type TarReader = Writable & AsyncIterable<TarEntry>;

/** Writes an archive that is read from `stream`. */
export interface TarWriter {
  readonly stream: Readable;
  /** The body goes into the stream that this returns: exactly `size` bytes, before the next entry. */
  entry(name: string, size: number): Writable;
  finalize(): void;
}

// tar-stream's streams are those of streamx: node's in everything that is used of them, but not in their types.

export function tarReader(): TarReader {
  return extract() as unknown as TarReader;
}

export function tarWriter(): TarWriter {
  const packing = pack();
  return {
    stream: packing as unknown as Readable,
    entry: (name, size) => packing.entry({ name, size, mode: 0o644, mtime: new Date(0) }) as unknown as Writable,
    finalize: () => {
      packing.finalize();
    },
  };
}
