import type { ContainerKey, ContainerLimits } from '../../compute/ports/containers.js';
import { updateContainer } from '../engine/containers.js';
import type { HostConfig } from '../engine/wire.js';
import { cpu } from '../spec/cpu.js';
import { joinFragments } from '../spec/fragment.js';
import type { SpecHost } from '../spec/host.js';
import { limits } from '../spec/limits.js';
import { memory } from '../spec/memory.js';
import type { ContainerParts } from './parts.js';
import { asUnacceptable, containerMissing } from './refusals.js';

const MIB = 1024 * 1024;
/** Everything that an engine changes of a container that is there (daemon/update and container/container_unix.go). */
const CHANGEABLE = new Set<keyof HostConfig>([
  ...(['Memory', 'MemorySwap', 'MemoryReservation', 'PidsLimit'] as const),
  ...(['CpuShares', 'CpuPeriod', 'CpuQuota', 'CpusetCpus'] as const),
]);

/**
 * What to tell an engine so that a container has these limits and no others: a limit that is left out stays as it is, so
 * the ones that it is not to have are named as well. Pure.
 */
export function limitsUpdate(wanted: ContainerLimits, host: SpecHost): Partial<HostConfig> {
  const spec = joinFragments([memory(wanted, host), cpu(wanted, host), limits(wanted, host)]).HostConfig ?? {};
  const said = Object.entries(spec).filter(([option]) => CHANGEABLE.has(option as keyof HostConfig));
  const { memoryMb, swapMb } = wanted.instance.flavor;
  return {
    CpuQuota: -1,
    CpusetCpus: `0-${host.engine.cpus - 1}`,
    MemoryReservation: memoryMb * MIB,
    // Also where the kernel does not account swap: the engine compares the two.
    MemorySwap: (memoryMb + swapMb) * MIB,
    ...Object.fromEntries(said),
  };
}

/** Changes the limits of our container as it runs. Throws NotFound without one, Invalid for what the engine refuses. */
export async function limit(
  { engine, ours, log }: ContainerParts,
  key: ContainerKey,
  update: Partial<HostConfig>,
): Promise<void> {
  const done = await ours.act(key, async (id) => {
    try {
      const warnings = await updateContainer(engine, id, update);
      if (warnings.length > 0) log.warn('The container engine warns', { instanceUuid: key.instanceUuid, warnings });
    } catch (error) {
      throw asUnacceptable(key, error);
    }
    return true;
  });
  if (done === undefined) throw containerMissing(key);
}
