import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { ServiceError } from '../../errors/kinds.js';
import { containerMissing } from '../containers/refusals.js';
import { tarReader, type TarEntry } from '../images/archive/tar.js';
import { placeOf } from './folder.js';
import { checkManifest, cutOff, MANIFEST } from './manifest.js';
import type { CheckpointsParts } from './parts.js';
import { switchedOff } from './words.js';

/** What CRIU writes beside pages is small. */
const BESIDE_MEMORY_BYTES = 256 * 2 ** 20;
const LONGEST_MANIFEST = 1024;

/**
 * See the port; one that is there under this name gives way. Throws NotFound without the container, Conflict when it has
 * run, Invalid for what is no checkpoint or is larger than this host takes, Unavailable when it can't be written.
 */
export async function place(
  parts: CheckpointsParts,
  { key, name }: { readonly key: ContainerKey; readonly name: string },
  body: Readable,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (!parts.settings.isOn) throw switchedOff();
    const occupant = await parts.ours.look(key);
    if (occupant.whose !== 'ours') throw containerMissing(key);
    const { Id: id, State: state } = occupant.inspect;
    if (state.Status !== 'created') {
      throw new ServiceError('Conflict', 'A checkpoint can only be put to a container that has never run.');
    }
    const { path, unfinished } = await placeOf(parts.engine, id, name);
    const limitBytes = parts.settings.maxMemoryBytes + BESIDE_MEMORY_BYTES;
    await unpack({ unfinished, limitBytes }, body, signal);
    await rm(path, { recursive: true, force: true });
    await rename(unfinished, path);
  } finally {
    body.destroy();
  }
}

export interface Unpacking {
  readonly unfinished: string;
  readonly limitBytes: number;
}

/** Into a folder of its own, which is gone again when it fails. */
export async function unpack(
  { unfinished, limitBytes }: Unpacking,
  body: Readable,
  signal: AbortSignal,
): Promise<void> {
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    const entries = tarReader();
    const reading = pipeline(body, entries, { signal });
    // What goes wrong on the way breaks the loop, too; it is told of behind that.
    reading.catch(() => undefined);
    await store(entries, { unfinished, limitBytes }, signal);
    await reading;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    signal.throwIfAborted();
    throw asUnplaced(error);
  }
}

async function store(entries: AsyncIterable<TarEntry>, { unfinished, limitBytes }: Unpacking, signal: AbortSignal) {
  const seen = { files: 0, bytes: 0 };
  let isWhole = false;
  for await (const entry of entries) {
    if (isWhole) throw cutOff();
    const { name, size = 0 } = entry.header;
    if (name === MANIFEST) {
      checkManifest(await textOf(entry, size), seen);
      isWhole = true;
      continue;
    }
    checkEntry(entry);
    seen.files += 1;
    seen.bytes += size;
    if (seen.bytes > limitBytes) throw new ServiceError('Invalid', 'The checkpoint is larger than this host takes.');
    // `wx`: of two of one name the second fails.
    await pipeline(entry, createWriteStream(join(unfinished, name), { flags: 'wx', mode: 0o600 }), { signal });
  }
  if (!isWhole) throw cutOff();
}

async function textOf(entry: TarEntry, size: number): Promise<Buffer> {
  if (size > LONGEST_MANIFEST) throw cutOff();
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function checkEntry({ header: { name, type } }: TarEntry): void {
  if (type === 'file' && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return;
  throw new ServiceError('Invalid', 'The checkpoint of the other host has something else in it than plain files.');
}

function asUnplaced(error: unknown): unknown {
  if (error instanceof ServiceError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'no reason given';
  return new ServiceError('Unavailable', `The checkpoint could not be put on this host's disk (${code}).`, {
    cause: error,
  });
}
