import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { kindOf, ServiceError } from '../../errors/kinds.js';
import type { Header } from 'tar-stream';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { containerMissing } from '../containers/refusals.js';
import { inspectContainer, pauseContainer, unpauseContainer } from '../engine/containers.js';
import { getArchive } from '../engine/archives.js';
import { commitContainer } from '../engine/disks.js';
import type { ContainerInspect } from '../engine/wire.js';
import { tarReader } from '../images/archive/tar.js';
import type { ImageName } from '../images/reference.js';
import { locate } from './located.js';
import { ownLayer } from './overlay.js';
import type { LayerFiles } from './folder.js';
import type { DisksParts } from './parts.js';
import { checkRoom } from './tools.js';
import { writeVolumeLayer, type VolumeAt } from './volume-layer.js';

export interface Taking {
  readonly container: ContainerKey;
  readonly name: ImageName;
  /** Where the layers of what is in volumes go. */
  readonly files: LayerFiles;
  /** With the ephemeral disks. */
  readonly ephemeral: boolean;
  /** It is to go on afterwards. */
  readonly runs: boolean;
  readonly signal: AbortSignal;
}

/**
 * Takes a container's disk.
 *
 * INVARIANTS: the image gets its name last, so a disk whose image has its name is whole. A container that we froze is
 * thawed, whatever happens but a kill of ours; then the next try does it.
 */
export async function takeDisk(parts: DisksParts, taking: Taking): Promise<void> {
  const done = await parts.ours.act(taking.container, async (id) => {
    const inspect = await inspectContainer(parts.engine, id);
    const layer = ownLayer(inspect);
    // The engine writes holes out as it commits, and would fill its own disk.
    if (layer.folder !== null) await checkRoom(parts, { folders: [layer.upper], size: 'claimed' }, taking.signal);
    const layers = await layersOf(parts, inspect, taking);
    // Without volumes the engine's own freeze is enough, and it outlives us.
    if (layers.every(({ volumes }) => volumes.length === 0)) await commit(parts, taking, { id, freeze: true });
    else await whileFrozen(parts, inspect, taking.runs, () => takeAll(parts, taking, { id, layers }));
    return true;
  });
  if (done === undefined) throw containerMissing(taking.container);
}

/** Thaws a container that an earlier try left frozen. */
export async function thaw({ engine, ours }: DisksParts, container: ContainerKey): Promise<void> {
  await ours.act(container, async (id) => {
    const { State: state } = await inspectContainer(engine, id);
    if (state.Paused) await unpauseContainer(engine, id);
  });
}

/** What is in volumes, as a layer: a file that is not there when there are none. */
interface LayerOfVolumes {
  readonly file: string;
  readonly kind: keyof LayerFiles;
  readonly volumes: readonly VolumeAt[];
}

async function takeAll(
  parts: DisksParts,
  taking: Taking,
  { id, layers }: { readonly id: string; readonly layers: readonly LayerOfVolumes[] },
): Promise<void> {
  for (const { file, kind, volumes } of layers) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    if (volumes.length === 0) await rm(file, { force: true });
    else await writeVolumeLayer(volumes, file, { observer: parts.observer, signal: taking.signal, kind });
  }
  await commit(parts, taking, { id, freeze: false });
}

async function commit(
  { engine, log }: DisksParts,
  { container, name, files, signal }: Taking,
  { id, freeze }: { readonly id: string; readonly freeze: boolean },
): Promise<void> {
  // Of a try on a container that had some.
  if (freeze) for (const file of [files.ephemeral, files.volumes]) await rm(file, { force: true });
  const startedAt = performance.now();
  await commitContainer(engine, id, { as: name, freeze }, signal);
  const durationMs = Math.round(performance.now() - startedAt);
  log.info('The disk of a container was taken', { instanceUuid: container.instanceUuid, durationMs });
}

async function whileFrozen(
  { engine }: DisksParts,
  { Id: id, State: state }: ContainerInspect,
  runs: boolean,
  work: () => Promise<void>,
): Promise<void> {
  // Somebody else's freeze stays; that of an earlier try ends here.
  if (!state.Running || (state.Paused && !runs)) return work();
  if (!state.Paused) await pauseContainer(engine, id);
  try {
    await work();
  } finally {
    await unpauseContainer(engine, id).catch((error: unknown) => {
      // It has ended, or somebody thawed it.
      if (kindOf(error) !== 'Conflict' && kindOf(error) !== 'NotFound') throw error;
    });
  }
}

/** Its anonymous volumes; what is bound into it from elsewhere is not its own. Those of its image are not asked for by name. */
async function layersOf(
  { engine }: DisksParts,
  { Id: id, Mounts: mounts, HostConfig: { Mounts: asked } }: ContainerInspect,
  { files, ephemeral }: Taking,
): Promise<readonly LayerOfVolumes[]> {
  const disks = new Set((asked ?? []).filter(({ Type: type }) => type === 'volume').map(({ Target: path }) => path));
  const all = mounts.filter(({ Type: type, Driver: driver }) => type === 'volume' && driver === 'local');
  const headerOf = (path: string): Promise<Header> => getArchive(engine, id, path, firstHeader);
  const located = (volumes: typeof all): Promise<VolumeAt[]> =>
    Promise.all(
      volumes.map(async ({ Source: source, Destination: path }) => ({ source, at: await locate(path, headerOf) })),
    );
  const ofDisks = ephemeral ? all.filter(({ Destination: path }) => disks.has(path)) : [];
  const ofImage = all.filter(({ Destination: path }) => !disks.has(path));
  return [
    { file: files.ephemeral, kind: 'ephemeral', volumes: await located(ofDisks) },
    { file: files.volumes, kind: 'volumes', volumes: await located(ofImage) },
  ];
}

/** Reads no further than the first header of an archive. */
async function firstHeader(archive: Readable): Promise<Header> {
  const reader = tarReader();
  reader.on('error', () => undefined);
  archive.on('error', () => undefined);
  archive.pipe(reader);
  try {
    for await (const { header } of reader) return header;
    throw new ServiceError('Internal', 'The container engine sent an empty archive.');
  } finally {
    archive.destroy();
    reader.destroy();
  }
}
