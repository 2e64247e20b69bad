import { rm } from 'node:fs/promises';
import { kindOf, ServiceError } from '../errors/kinds.js';
import type { DiskKey, Disks, TakenDisk } from '../compute/ports/disks.js';
import { diskArchive } from './disks/archive.js';
import { carry, checkCarriable } from './disks/carry.js';
import { checkExposable, conceal, expose } from './disks/expose.js';
import { filesIn, filesOf, sizeOf, unfinishedOf } from './disks/folder.js';
import { diskName, DISK_REPOSITORY, parseDiskName } from './disks/name.js';
import type { DisksParts } from './disks/parts.js';
import { takeDisk, thaw } from './disks/take.js';
import { namesBelow, saveImage } from './engine/disks.js';
import { inspectImage, removeImage } from './engine/images.js';
import { referenceOf } from './images/reference.js';
import { SEALED_LABEL } from './labels.js';

/** The manager's disks, on one engine: a disk that was taken is an image and, beside it, files of what is in volumes. */
export function createDisks(parts: DisksParts): Disks {
  return {
    async take(container, purpose, how) {
      const key = { instanceUuid: container.instanceUuid, purpose };
      const found = await find(parts, key);
      if (found === undefined) {
        await takeDisk(parts, { container, name: diskName(key), files: filesOf(parts.folder, key), ...how });
      } else if (how.runs) {
        await thaw(parts, container);
      }
      return found ?? known(parts, key);
    },
    archive: ({ key }, sealed) =>
      diskArchive({
        labels: sealed === undefined ? {} : { [SEALED_LABEL]: sealed },
        save: (read, signal) => saveImage(parts.engine, referenceOf(diskName(key)), read, signal),
        files: filesOf(parts.folder, key),
        now: parts.clock.now(),
      }),
    drop: (key) => drop(parts, key),
    checkExposable: (container) => checkExposable(parts, container),
    expose: (container, guestPath) => expose(parts, container, guestPath),
    conceal: (instanceUuid) => conceal(parts, instanceUuid),
    checkCarriable: (container, signal) => checkCarriable(parts, container, signal),
    carry: (way, signal) => carry(parts, way, signal),
    sweep: (isNeeded) => sweep(parts, isNeeded),
  };
}

async function known(parts: DisksParts, key: DiskKey): Promise<TakenDisk> {
  const disk = await find(parts, key);
  if (disk !== undefined) return disk;
  throw new ServiceError('Unavailable', 'The disk of a container was removed from the engine when it had been taken.');
}

async function find(parts: DisksParts, key: DiskKey): Promise<TakenDisk | undefined> {
  try {
    const { Size: imageBytes } = await inspectImage(parts.engine, referenceOf(diskName(key)));
    const { ephemeral, volumes } = filesOf(parts.folder, key);
    return { key, sizeBytes: imageBytes + (await sizeOf(ephemeral)) + (await sizeOf(volumes)) };
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
}

/** The image goes first: without it what is left is of no use, and is known to be. */
async function drop(parts: DisksParts, key: DiskKey): Promise<void> {
  try {
    await removeImage(parts.engine, referenceOf(diskName(key)));
  } catch (error) {
    // A container stands on it: it goes with a sweep after that one.
    if (kindOf(error) !== 'NotFound' && kindOf(error) !== 'Conflict') throw error;
  }
  const { ephemeral, volumes } = filesOf(parts.folder, key);
  const files = [ephemeral, volumes].flatMap((file) => [file, unfinishedOf(file)]);
  for (const path of files) await rm(path, { force: true });
}

async function sweep(parts: DisksParts, isNeeded: (key: DiskKey) => boolean): Promise<void> {
  const images = (await namesBelow(parts.engine, DISK_REPOSITORY)).flatMap((name) => parseDiskName(name) ?? []);
  for (const key of images) if (!isNeeded(key)) await drop(parts, key);
  for (const { path, key } of await filesIn(parts.folder)) if (!isNeeded(key)) await rm(path, { force: true });
}
