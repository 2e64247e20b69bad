import { chmod } from 'node:fs/promises';
import type { EphemeralDisk } from '../../compute/ports/containers.js';
import { inspectContainer } from '../engine/containers.js';
import { ephemeralPath } from '../spec/ephemeral.js';
import type { ContainerParts } from './parts.js';

/** As `/tmp` is: whoever the container runs as can write, also where the engine maps users. */
const FOR_EVERYBODY = 0o1777;

/**
 * Lets every user of a container that has never run write into its blank ephemeral disks: the engine makes a volume root's.
 * On the host, since it puts nothing into a container whose root file system is read-only. Safe to repeat until it runs.
 */
export async function openEphemeralDisks(
  { engine }: Pick<ContainerParts, 'engine'>,
  containerId: string,
  disks: readonly EphemeralDisk[],
): Promise<void> {
  const blank = new Set(disks.flatMap((contents, index) => (contents === 'blank' ? [ephemeralPath(index)] : [])));
  if (blank.size === 0) return;
  const { Mounts: mounts } = await inspectContainer(engine, containerId);
  for (const { Source: source, Destination: path } of mounts) if (blank.has(path)) await chmod(source, FOR_EVERYBODY);
}
