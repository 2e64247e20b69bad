import { kindOf, messageOf, ServiceError } from '../../../errors/kinds.js';
import type { KeyedLocks } from '../../../compute/locks.js';
import type { ImageFacts } from '../../../compute/ports/images.js';
import type { Logger } from '../../../observe/logger.js';
import type { Engine, RegistryCredentials } from '../../engine/engine.js';
import { inspectImage, removeImage, tagImage } from '../../engine/images.js';
import { engineInfo } from '../../engine/system.js';
import { inspectInRegistry, pullImage } from '../../engine/registry.js';
import type { ImageInspect } from '../../engine/wire.js';
import type { Clock, ImageSettings } from '../../settings.js';
import { BadArchive } from '../archive/bad.js';
import { checkPlatform, runsOn } from '../archive/platform.js';
import type { ImageMemory } from '../memory.js';
import { progressLog } from '../progress.js';
import { referenceOf, type ImageName } from '../reference.js';
import { imageUnacceptable } from '../unacceptable.js';
import { credentialsFor } from './credentials.js';
import { PullWatch } from './pull-watch.js';
import { Room } from './room.js';
import type { RegistryReference } from './reference.js';

export interface PullParts {
  readonly engine: Engine;
  readonly settings: ImageSettings;
  readonly memory: ImageMemory;
  /** One turn for each name that the engine gives a pull. */
  readonly turns: KeyedLocks;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the file system of this folder. */
  readonly freeBytes: (folder: string) => Promise<number>;
}

/** A reference of which the bytes are settled. */
export interface ResolvedReference extends RegistryReference {
  readonly digest: string;
  readonly credentials: RegistryCredentials | null;
}

/**
 * Asks the registry what a reference means now: its digest. Throws Invalid when it has no such image, or none for this
 * host's processors; Unavailable when it can't be asked, or does not let this host in.
 */
export async function resolveReference(
  parts: PullParts,
  image: ImageFacts,
  reference: RegistryReference,
  signal: AbortSignal,
): Promise<ResolvedReference> {
  const credentials = await credentialsFor(reference, parts.settings.registries.credentialsFile);
  const { repository, digest, tag } = reference;
  const asked = digest === null ? `${repository}:${tag}` : `${repository}@${digest}`;
  const { Arch: architecture } = await parts.engine.version();
  const limits = { timeoutMs: parts.settings.stallTimeoutMs, signal };
  const found = await inspectInRegistry(parts.engine, { reference: asked, credentials }, limits).catch(
    (error: unknown) => {
      throw asFault(image, { ...reference, credentials }, signal.aborted ? signal.reason : error);
    },
  );
  const platforms = (found.Platforms ?? []).filter((platform) => platform.architecture !== 'unknown');
  if (platforms.length > 0 && !platforms.some((platform) => runsOn(platform.architecture, architecture))) {
    const others = platforms.map((platform) => platform.architecture ?? 'unknown').join(', ');
    throw imageUnacceptable(image.id, `it is made for ${others} processors; this host has ${architecture}`);
  }
  return { ...reference, digest: digest ?? found.Descriptor.digest, credentials };
}

/**
 * Has the engine fetch exactly these bytes, and gives them our name. They are asked for by digest: so the engine gives
 * them no tag, which could be one that the host has, but a name of its own (`REPOSITORY@DIGEST`), which goes again unless
 * it was there before.
 *
 * INVARIANTS: the engine's name is written down before it can be there, so that after a crash it is known to be ours.
 * One turn at a time for each such name.
 */
export async function pullByDigest(
  parts: PullParts,
  image: ImageFacts,
  reference: ResolvedReference,
  how: { readonly name: ImageName; readonly signal: AbortSignal },
): Promise<void> {
  const { engine, memory, turns, log } = parts;
  const theirs = `${reference.repository}@${reference.digest}`;
  await turns.run(theirs, async () => {
    how.signal.throwIfAborted();
    const before = await find(engine, theirs);
    const isOurs = before === undefined || (await memory.pulling()).includes(theirs);
    if (isOurs) await memory.notePull(theirs);
    try {
      if (before === undefined) await fetch(parts, image, reference, how.signal);
      check(parts, image, before ?? (await inspectImage(engine, theirs)), (await engine.version()).Arch);
      await tagImage(engine, theirs, how.name.repository, how.name.tag);
    } catch (error) {
      // An engine may come to the end of a pull that was given up: the name stays written down, and is looked for later.
      if (isOurs) await removeImage(engine, theirs).catch(() => undefined);
      throw error;
    }
    if (isOurs) await forgetPull(parts, theirs);
    log.info('An image was fetched from a registry', { imageId: image.id, from: theirs, as: referenceOf(how.name) });
  });
}

/** Takes the engine's name from what a pull has brought, and the image when it has no other. */
export async function forgetPull(
  { engine, memory }: Pick<PullParts, 'engine' | 'memory'>,
  name: string,
): Promise<void> {
  await removeImage(engine, name).catch((error: unknown) => {
    if (kindOf(error) !== 'NotFound') throw error;
  });
  await memory.forgetPull(name);
}

async function fetch(
  parts: PullParts,
  image: ImageFacts,
  reference: ResolvedReference,
  signal: AbortSignal,
): Promise<void> {
  const { engine, settings, clock, log } = parts;
  const { stallTimeoutMs, maxImageBytes, progressIntervalMs } = settings;
  const progress = progressLog(image, { clock, log, intervalMs: progressIntervalMs });
  const watch = new PullWatch(image, { clock, stallTimeoutMs, maxImageBytes, progress });
  const own = new AbortController();
  const forward = (): void => {
    own.abort(signal.reason);
  };
  signal.addEventListener('abort', forward, { once: true });
  const giveUp = (reason: unknown): void => own.abort(reason);
  const room = await roomFor(parts, image);
  const watching = Promise.all([watch.watch(own.signal, giveUp), room.watch(own.signal, giveUp)]);
  try {
    await room.check();
    await pullImage(
      engine,
      reference,
      (line) => {
        watch.take(line);
      },
      own.signal,
    );
  } catch (error) {
    throw own.signal.aborted ? error : asFault(image, reference, error);
  } finally {
    signal.removeEventListener('abort', forward);
    own.abort();
    await watching;
  }
}

async function roomFor({ engine, settings, clock, log, freeBytes }: PullParts, image: ImageFacts): Promise<Room> {
  const { DockerRootDir: folder } = await engineInfo(engine);
  return new Room(image, { clock, log, reservedBytes: settings.reservedDiskBytes, freeBytes: () => freeBytes(folder) });
}

function check({ settings }: PullParts, image: ImageFacts, found: ImageInspect, architecture: string): void {
  if (found.Size > settings.maxImageBytes) {
    throw imageUnacceptable(image.id, `unpacked it is larger than this host takes (${settings.maxImageBytes} bytes)`);
  }
  try {
    checkPlatform(found.Os, found.Architecture, architecture);
  } catch (error) {
    throw error instanceof BadArchive ? imageUnacceptable(image.id, error.message, error) : error;
  }
}

async function find(engine: Engine, name: string): Promise<ImageInspect | undefined> {
  try {
    return await inspectImage(engine, name);
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
}

/** Says what a registry's refusal means, without a word of what it was shown. */
function asFault(
  image: ImageFacts,
  { registry, repository, credentials }: RegistryReference & { readonly credentials: RegistryCredentials | null },
  error: unknown,
): unknown {
  const kind = kindOf(error);
  const words = messageOf(error);
  if (kind === 'NotFound')
    return imageUnacceptable(image.id, `its registry has no ${repository} as it names: ${words}`, error);
  const known = credentials === null ? 'has no credentials for it' : 'has credentials for it';
  if (kind === 'Forbidden') {
    const reason = `the registry ${registry} does not give it to this host, which ${known}: ${words}`;
    return imageUnacceptable(image.id, reason, error);
  }
  if (kind !== 'Unavailable' && kind !== 'Timeout') return error;
  const text = `Image ${image.id} can't be fetched from the registry ${registry} (this host ${known}): ${words}`;
  return new ServiceError(kind, text, { cause: error });
}
