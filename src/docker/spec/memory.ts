import type { ContainerLimits } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

const MIB = 1024 * 1024;

/**
 * The flavor's memory, and its swap as the most beyond that; no swap in the flavor means none, where the engine left
 * alone would give as much again. Left out where the kernel does not account swap: the engine would only complain.
 */
export function memory({ instance: { flavor }, settings }: ContainerLimits, { engine }: SpecHost): Fragment {
  const limit = flavor.memoryMb * MIB;
  const { memory_reservation: reservation, memory_swappiness: swappiness } = settings;
  return {
    HostConfig: {
      Memory: limit,
      ...(engine.swapLimit ? { MemorySwap: limit + flavor.swapMb * MIB } : {}),
      ...(reservation === undefined ? {} : { MemoryReservation: reservation }),
      ...(swappiness === undefined ? {} : { MemorySwappiness: swappiness }),
    },
  };
}
