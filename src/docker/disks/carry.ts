import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { ServiceError } from '../../errors/kinds.js';
import type { ContainerInspect } from '../engine/wire.js';
import { inspected, ownLayer } from './overlay.js';
import type { DisksParts } from './parts.js';
import { checkRoom, copyFolder } from './tools.js';

/**
 * Throws Unsupported when the engine's storage driver has no folder of a container's own files, Unavailable when there is
 * no room for a second copy of them.
 */
export async function checkCarriable(parts: DisksParts, container: ContainerKey, signal: AbortSignal): Promise<void> {
  const inspect = await inspected(parts, container);
  const folders = [upperOf(inspect), ...volumesOf(inspect).values()];
  await checkRoom(parts, { folders, size: 'held' }, signal);
}

/**
 * Makes the disk of a stopped container that of another one, which was made of the same image and has never run: its own
 * layer, marks of what was deleted included, and its anonymous volumes. Nothing of the first is changed. A copy on the
 * host, not a commit: the other one stays a container of the image itself, and files with holes keep them. Safe to repeat.
 * Throws Conflict when one of the two runs or has run.
 */
export async function carry(
  parts: DisksParts,
  { from, to }: { readonly from: ContainerKey; readonly to: ContainerKey },
  signal: AbortSignal,
): Promise<void> {
  const [old, made] = [await inspected(parts, from), await inspected(parts, to)];
  if (old.State.Running || made.State.Status !== 'created') {
    throw new ServiceError('Conflict', 'The disk of a container can only be copied from a stopped one to a new one.');
  }
  const volumes = volumesOf(made);
  const copies = [
    { from: upperOf(old), to: upperOf(made) },
    ...[...volumesOf(old)].flatMap(([path, source]) => {
      const target = volumes.get(path);
      return target === undefined ? [] : [{ from: source, to: target }];
    }),
  ];
  const startedAt = performance.now();
  for (const one of copies) {
    for (const name of await readdir(one.to)) await rm(join(one.to, name), { recursive: true, force: true });
    await copyFolder(parts, one, signal);
  }
  const durationMs = Math.round(performance.now() - startedAt);
  parts.log.info('The disk of a container was copied', { instanceUuid: from.instanceUuid, durationMs });
}

function upperOf(inspect: ContainerInspect): string {
  const layer = ownLayer(inspect);
  if (layer.folder !== null) return layer.upper;
  const reason = `the engine's storage driver is ${layer.driver}; only with overlay2 can a new container get the disk of an old one`;
  throw new ServiceError('Unsupported', `The disk of the server cannot be copied: ${reason}.`);
}

/** Folders of anonymous volumes by their paths in the container. */
function volumesOf({ Mounts: mounts }: ContainerInspect): ReadonlyMap<string, string> {
  const volumes = mounts.filter(({ Type: type, Driver: driver }) => type === 'volume' && driver === 'local');
  return new Map(volumes.map(({ Destination: path, Source: source }) => [path, source]));
}
