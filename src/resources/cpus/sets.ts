import { ServiceError } from '../../errors/kinds.js';

/** `[compute] cpu_shared_set` and `cpu_dedicated_set`; null: not set. */
export interface CpuSets {
  readonly shared: readonly number[] | null;
  readonly dedicated: readonly number[] | null;
}

/** Throws Invalid for a CPU that this host does not have (as nova/virt/libvirt/driver.py _get_vcpu_available, 26). */
export function checkCpuSets(sets: CpuSets, online: readonly number[]): void {
  for (const [option, cpus] of [
    ['cpu_shared_set', sets.shared],
    ['cpu_dedicated_set', sets.dedicated],
  ] as const) {
    const missing = cpus?.filter((cpu) => !online.includes(cpu)) ?? [];
    if (missing.length === 0) continue;
    throw new ServiceError(
      'Invalid',
      `[compute] ${option} has CPUs that are not online here: ${missing.join(', ')} (online: ${online.join(', ')}).`,
    );
  }
}

/** How many CPUs instances share: those of the set, or all; none where there is a set of dedicated ones only. */
export function sharedCount({ shared, dedicated }: CpuSets, hostCpus: number): number {
  return shared?.length ?? (dedicated === null ? hostCpus : 0);
}
