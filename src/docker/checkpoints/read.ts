import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { messageOf, ServiceError } from '../../errors/kinds.js';
import { containerMissing } from '../containers/refusals.js';
import { tarWriter, type TarWriter } from '../images/archive/tar.js';
import { filesIn, isThere, placeOf } from './folder.js';
import { MANIFEST, manifestText } from './manifest.js';
import type { CheckpointsParts } from './parts.js';

/** See the port. Throws NotFound without a whole one. Errors when the signal aborts; reading ends when it is destroyed. */
export async function read(
  parts: CheckpointsParts,
  key: ContainerKey,
  name: string,
  signal: AbortSignal,
): Promise<Readable> {
  const occupant = await parts.ours.look(key);
  if (occupant.whose !== 'ours') throw containerMissing(key);
  const { path, mark } = await placeOf(parts.engine, occupant.inspect.Id, name);
  if (!(await isThere(mark))) throw new ServiceError('NotFound', `There is no checkpoint ${name} of the container.`);
  return archiveOf(path, signal);
}

/** The files of a folder, and how many there were. */
export function archiveOf(path: string, signal: AbortSignal): Readable {
  return Readable.from(chunksOf(path), { objectMode: false, signal });
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const tar = tarWriter();
  const packing = pack(tar, path).catch((error: unknown) => {
    tar.stream.destroy(error as Error);
  });
  try {
    yield* tar.stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw new ServiceError('Unavailable', `The checkpoint could not be read: ${messageOf(error)}`, { cause: error });
  } finally {
    await packing;
  }
}

/** Ends with an error when the archive is destroyed. */
async function pack(tar: TarWriter, path: string): Promise<void> {
  const files = await filesIn(path);
  for (const { name, bytes } of files) {
    const body = bytes === 0 ? Readable.from([]) : createReadStream(join(path, name), { end: bytes - 1 });
    await pipeline(body, tar.entry(name, bytes));
  }
  const text = manifestText({ files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
  await pipeline(Readable.from([text]), tar.entry(MANIFEST, text.length));
  tar.finalize();
}
