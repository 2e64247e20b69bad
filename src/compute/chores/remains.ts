import type { ManagerParts } from '../operation.js';
import type { ContainerKey } from '../ports/containers.js';

/** What stands on this host, by instance: its containers, and whether its side of ports is there. */
export interface Remains {
  readonly containers: readonly ContainerKey[];
  readonly hasPorts: boolean;
}

/** Everything of ours on this host, asked of the host itself and not of Nova. Throws Unavailable without the engine. */
export async function remainsOnHost(parts: ManagerParts): Promise<ReadonlyMap<string, Remains>> {
  const [states, plugged] = await Promise.all([parts.containers.states(), parts.networks.held()]);
  const uuids = new Set([...states.map(({ key }) => key.instanceUuid), ...plugged]);
  return new Map(
    [...uuids].map((uuid) => [
      uuid,
      {
        containers: states.map(({ key }) => key).filter(({ instanceUuid }) => instanceUuid === uuid),
        hasPorts: plugged.includes(uuid),
      },
    ]),
  );
}

/**
 * Takes it away, and what cannot be looked for: files and CPUs of the instance. Nothing of Nova's, Neutron's or
 * Placement's is touched.
 */
export async function removeRemains(parts: ManagerParts, uuid: string, remains: Remains | undefined): Promise<void> {
  const containers = remains?.containers ?? [];
  // As a rescue ends: first the container that has the server's disk, then the disk, which is mounted from its own.
  for (const key of containers.filter(({ role }) => role === 'rescue')) await parts.containers.remove(key);
  await parts.disks.conceal(uuid);
  for (const key of containers.filter(({ role }) => role !== 'rescue')) await parts.containers.remove(key);
  await parts.consoles.close(uuid);
  if (remains?.hasPorts === true) await parts.networks.unplug(uuid);
  await parts.cpus.release(uuid);
  await parts.folders.remove(uuid);
}
