import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { StallLimits } from '../stall.js';
import { BadArchive } from './bad.js';
import { layoutOf, type Layout } from './layout.js';
import { HEAD_BYTES, kindOfData, type Compression, type DataKind } from './magic.js';
import { unpackedBy } from './programs.js';

type Bytes = AsyncIterable<Uint8Array>;

/** A tar archive whose first bytes have been read. */
export interface OpenedArchive {
  readonly layout: Layout;
  /** All of it, uncompressed. To be read once. */
  readonly tar: Bytes;
}

const REMEDY =
  'upload what `docker save` writes, an OCI archive or a tar of a root file system (plain or compressed with gzip, xz or zstd)';

/** Finds the tar archive in the data, whatever it is compressed with. Throws BadArchive for anything else. */
export async function openArchive(data: Bytes, limits: StallLimits): Promise<OpenedArchive> {
  const outer = await peeked(data);
  const kind = kindOfData(outer.head);
  if (kind === 'tar') return opened(outer);
  if (!isCompression(kind)) {
    await outer.close();
    throw new BadArchive(refusal(kind));
  }
  const inner = await peeked(decompressed(kind, outer.all, limits));
  const innerKind = kindOfData(inner.head);
  if (innerKind === 'tar') return opened(inner);
  await inner.close();
  throw new BadArchive(`inside of ${kind}, ${refusal(innerKind)}`);
}

function opened({ head, all }: Peeked): OpenedArchive {
  return { layout: layoutOf(head), tar: all };
}

function isCompression(kind: DataKind): kind is Compression {
  return kind === 'gzip' || kind === 'xz' || kind === 'zstd';
}

function refusal(kind: Exclude<DataKind, 'tar'>): string {
  if (kind === 'empty') return `its data are empty: ${REMEDY}`;
  const what = isCompression(kind) ? 'compressed a second time' : kind.other;
  return `its data are ${what}, which can't run as a container: ${REMEDY}`;
}

function decompressed(compression: Compression, data: Bytes, limits: StallLimits): AsyncGenerator<Uint8Array> {
  return compression === 'gzip' ? gunzipped(data) : unpackedBy(compression, data, limits);
}

async function* gunzipped(data: Bytes): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const feeding = pipeline(Readable.from(data, { objectMode: false }), gunzip);
  // Its failure arrives through the reading below as well.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw code.startsWith('Z_') ? new BadArchive('its gzip compression is broken: upload it again') : error;
  } finally {
    gunzip.destroy();
  }
}

interface Peeked {
  readonly head: Buffer;
  /** All of the data, the head included. */
  readonly all: Bytes;
  close(): Promise<void>;
}

async function peeked(data: Bytes): Promise<Peeked> {
  const iterator = data[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  while (length < HEAD_BYTES && !ended) {
    const next = await iterator.next();
    if (next.done === true) {
      ended = true;
    } else {
      first.push(next.value);
      length += next.value.length;
    }
  }
  const close = async (): Promise<void> => {
    await iterator.return?.();
  };
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await close();
    }
  }
  return { head: Buffer.concat(first), all: all(), close };
}
