import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ServiceError } from '../../errors/kinds.js';
import { dockerImage } from '../images/archive/docker.js';
import { asObject } from '../images/archive/shapes.js';
import { tarReader, tarWriter, type TarWriter } from '../images/archive/tar.js';
import { leavingConfiguration } from './configuration.js';
import { sizeOf, type LayerFiles } from './folder.js';
import { SavedEntries } from './saved-entries.js';

/** What an archive of a disk is made of. */
export interface ArchiveParts {
  /** Hands over the image of the writable layer and all below, as `docker save` writes it. */
  save(read: (saved: Readable) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** More layers to put on top, as far as there are such files. */
  readonly files: LayerFiles;
  readonly now: Date;
  /** That the image is to have besides its own. */
  readonly labels?: Readonly<Record<string, string>>;
}

const HIGH_WATER_BYTES = 256 * 1024;

/**
 * One archive of the saved image and the volumes' layers, written while it is read: layers go through as they come, the
 * configuration is rewritten, and the manifest comes last. Ephemeral disks that came with the image are left out: the
 * container has them anew. It names no tag, so that whoever loads it by hand loses none.
 * The stream errors with what went wrong; destroying it ends the work.
 */
export function diskArchive(parts: ArchiveParts): Readable {
  const own = new AbortController();
  const out = tarWriter();
  const archive = Readable.from(out.stream, { objectMode: false, highWaterMark: HIGH_WATER_BYTES });
  archive.once('close', () => {
    own.abort(new ServiceError('Interrupted', 'Nobody reads the archive of the disk any more.'));
    out.stream.destroy();
  });
  // Its end in failure is told by the archive.
  out.stream.on('error', () => undefined);
  compose(parts, out, own.signal).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return archive;
}

async function compose(parts: ArchiveParts, out: TarWriter, signal: AbortSignal): Promise<void> {
  const entries = new SavedEntries(out);
  await parts.save(async (saved) => {
    const reader = tarReader();
    const feeding = pipeline(saved, reader);
    feeding.catch(() => undefined);
    for await (const entry of reader) await entries.take(entry);
    await feeding;
  }, signal);
  const paths = dockerImage(entries.contents);
  const configuration = paths && asObject(entries.contents.json(paths.config)?.value);
  if (paths === undefined || configuration === undefined) {
    throw new ServiceError('Internal', 'The container engine saved an image without a description.');
  }
  const layers = await entries.layers(paths.layers);
  const added: AddedLayer[] = [];
  for (const kind of ['ephemeral', 'volumes'] as const) added.push(...(await sendLayer(out, kind, parts.files[kind])));
  const changes = { kept: layers.map((name) => name !== null), added };
  await writeJson(out, 'config.json', leavingConfiguration(configuration, changes, parts));
  const all = [...layers.filter((name) => name !== null), ...added.map(({ name }) => name)];
  await writeJson(out, 'manifest.json', [{ Config: 'config.json', RepoTags: null, Layers: all }]);
  out.finalize();
}

interface AddedLayer {
  readonly kind: keyof LayerFiles;
  readonly name: string;
  readonly diffId: string;
}

/** [] when there is none. */
async function sendLayer(out: TarWriter, kind: keyof LayerFiles, file: string): Promise<readonly AddedLayer[]> {
  const size = await sizeOf(file);
  if (size === 0) return [];
  const name = `${kind}.tar`;
  const hash = createHash('sha256');
  async function* hashed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(createReadStream(file, { highWaterMark: HIGH_WATER_BYTES }), hashed, out.entry(name, size));
  return [{ kind, name, diffId: `sha256:${hash.digest('hex')}` }];
}

async function writeJson(out: TarWriter, name: string, value: unknown): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(value));
  await pipeline([bytes], out.entry(name, bytes.length));
}
