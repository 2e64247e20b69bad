import type { Readable } from 'node:stream';
import { ServiceError, kindOf, messageOf } from '../../errors/kinds.js';
import type { ImageFacts, ImageSource } from '../../compute/ports/images.js';
import type { RequestContext } from '../../observe/context.js';
import type { Logger } from '../../observe/logger.js';
import type { Engine } from '../engine/engine.js';
import { importImage, loadImage, removeImage, tagImage } from '../engine/images.js';
import type { Clock, ImageSettings } from '../settings.js';
import { BadArchive } from './archive/bad.js';
import { rewriteArchive, type Rewriting } from './archive/rewrite.js';
import { ROOT_COMMAND, checkedRoot } from './archive/root.js';
import { openArchive } from './archive/unpacked.js';
import { progressLog } from './progress.js';
import { namesCommand } from './properties.js';
import { ReceivedData } from './received.js';
import { expectedHash, referenceOf, stagingName, type ImageName } from './reference.js';
import { imageUnacceptable } from './unacceptable.js';

export interface BringParts {
  readonly engine: Engine;
  readonly source: ImageSource;
  readonly settings: ImageSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Streams an image's data from their source into the engine, where they become an image of this name. All or nothing:
 * the engine gets the end of the archive when all was found good, and the name when the engine has taken all of it. An
 * engine with containerd's image store keeps, with its name, also what it could not unpack; hence the name for staging.
 * Throws Invalid for what is no image, Unavailable or Timeout when the source or the engine fails.
 */
export async function bringImage(
  parts: BringParts,
  image: ImageFacts,
  name: ImageName,
  how: { readonly context: RequestContext; readonly signal: AbortSignal },
): Promise<void> {
  const own = new AbortController();
  const forward = (): void => {
    own.abort(how.signal.reason);
  };
  how.signal.throwIfAborted();
  how.signal.addEventListener('abort', forward, { once: true });
  try {
    const stream = await parts.source.download(image.id, how.context, own.signal);
    await staged(parts, name, (staging) => feed(parts, receiving(parts, image, stream), { image, staging, own }));
  } finally {
    how.signal.removeEventListener('abort', forward);
    own.abort();
  }
}

/** Loads under the staging name and gives the image its own when that went well; the staging name goes either way. */
async function staged(
  { engine, log }: BringParts,
  name: ImageName,
  load: (staging: ImageName) => Promise<void>,
): Promise<void> {
  const staging = stagingName(name);
  const reference = referenceOf(staging);
  try {
    await load(staging);
    await tagImage(engine, reference, name.repository, name.tag);
  } finally {
    await removeImage(engine, reference).catch((error: unknown) => {
      // It does no harm: the next load of this image takes the name over, and the keeper sweeps it away.
      if (kindOf(error) !== 'NotFound') log.debug('A staging name of an image is left', { staging: reference, error });
    });
  }
}

function receiving({ settings, clock, log }: BringParts, image: ImageFacts, stream: Readable): ReceivedData {
  return new ReceivedData(stream, {
    image,
    expected: expectedHash(image),
    stallTimeoutMs: settings.stallTimeoutMs,
    clock,
    progress: progressLog(image, { clock, log, intervalMs: settings.progressIntervalMs }),
  });
}

interface Feeding {
  readonly image: ImageFacts;
  readonly staging: ImageName;
  readonly own: AbortController;
}

/** Both ends work at the same time; the first that fails ends the other. */
async function feed(parts: BringParts, data: ReceivedData, feeding: Feeding): Promise<void> {
  const { image, own } = feeding;
  own.signal.addEventListener('abort', () => data.stop(own.signal.reason), { once: true });
  let cause: Failure | undefined;
  const outcome = async (of: Failure['of'], work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (cause === undefined || isNearer(cause, { of, error })) cause = { of, error };
      own.abort(error);
    }
  };
  const delivery = await opened(parts, data, feeding);
  const end = (): void => {
    delivery.archive.destroy();
  };
  own.signal.addEventListener('abort', end, { once: true });
  if (own.signal.aborted) end();
  await Promise.all([outcome('archive', delivery.done), outcome('engine', delivery.take(own.signal))]);
  if (cause !== undefined) throw asFault(image, data, cause);
}

/** What is handed to the engine, and how. */
interface Delivery extends Rewriting {
  take(signal: AbortSignal): Promise<void>;
}

/** Looks what the data are, and begins with them. */
async function opened(parts: BringParts, data: ReceivedData, { image, staging }: Feeding): Promise<Delivery> {
  const { engine, settings, clock } = parts;
  const { Arch: architecture } = await engine.version();
  const rules = { architecture, maxBytes: settings.maxImageBytes };
  const verified = (): Promise<void> => data.verify();
  try {
    const { layout, tar } = await openArchive(data, { clock, stallTimeoutMs: settings.stallTimeoutMs });
    if (layout === 'image') {
      const rewriting = rewriteArchive(tar, { ...rules, tag: referenceOf(staging) }, verified);
      return { ...rewriting, take: (signal) => loadImage(engine, rewriting.archive, signal) };
    }
    const root = checkedRoot(tar, { ...rules, hasCommand: namesCommand(image.properties) }, verified);
    const as = { ...staging, command: ROOT_COMMAND };
    return { ...root, take: (signal) => importImage(engine, root.archive, as, signal) };
  } catch (error) {
    throw asFault(image, data, { of: 'archive', error });
  }
}

interface Failure {
  readonly of: 'archive' | 'engine';
  readonly error: unknown;
}

/**
 * A bad archive, or a source that fails, breaks the stream that feeds the engine, and that may be heard of first. The
 * other way round the reading throws the engine's own failure, or one that nobody named.
 */
function isNearer(first: Failure, second: Failure): boolean {
  const named = second.error instanceof BadArchive || second.error instanceof ServiceError;
  return second.of === 'archive' && named && second.error !== first.error;
}

/** Says whose fault it is: the image's, or of the way here. */
function asFault(image: ImageFacts, data: ReceivedData, { of, error }: Failure): unknown {
  if (error instanceof BadArchive) return data.brokeOff() ?? imageUnacceptable(image.id, error.message, error);
  if (of === 'archive' || kindOf(error) !== 'Invalid') return error;
  return imageUnacceptable(image.id, `the container engine can't load it: ${messageOf(error)}`, error);
}
