import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BadArchive } from './bad.js';
import { HEAD_BYTES, kindOfData, type DataKind } from './magic.js';

type Bytes = AsyncIterable<Uint8Array>;

const REMEDY = 'upload what `docker save` writes (plain or compressed with gzip)';

/** The tar archive in the data, whatever it is compressed with. Throws BadArchive for anything else. */
export async function* unpacked(data: Bytes): AsyncGenerator<Uint8Array> {
  const { head, all } = await peeked(data);
  const kind = kindOfData(head);
  if (kind === 'tar') {
    yield* all;
    return;
  }
  if (kind !== 'gzip') throw new BadArchive(refusal(kind));
  const inner = await peeked(gunzipped(all));
  const innerKind = kindOfData(inner.head);
  if (innerKind !== 'tar') throw new BadArchive(`inside of gzip, ${refusal(innerKind)}`);
  yield* inner.all;
}

function refusal(kind: Exclude<DataKind, 'tar'>): string {
  if (kind === 'empty') return `its data are empty: ${REMEDY}`;
  const what = kind === 'gzip' ? 'compressed a second time' : kind.other;
  return `its data are ${what}, which can't run as a container: ${REMEDY}`;
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

/** The first bytes, and all of the data (those included) to be read after. */
async function peeked(data: Bytes): Promise<{ head: Buffer; all: Bytes }> {
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
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first), all: all() };
}
