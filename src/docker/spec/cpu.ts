import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

const SHARES_PER_VCPU = 1024;
/** The kernel's largest weight (cgroup v1 cpu.shares). */
const MOST_SHARES = 262_144;
const PERIOD_US = 100_000;

/**
 * A weight for when CPU is short, and a cap. The cap is a quota and not NanoCpus, which the engine refuses for more
 * vcpus than the host has, while Nova's overcommit allows such a flavor.
 */
export function cpu({ instance: { flavor } }: ContainerPlan, { settings }: SpecHost): Fragment {
  const cap = { CpuPeriod: PERIOD_US, CpuQuota: flavor.vcpus * PERIOD_US };
  return {
    HostConfig: {
      CpuShares: Math.min(flavor.vcpus * SHARES_PER_VCPU, MOST_SHARES),
      ...(settings.cpuHardLimit ? cap : {}),
    },
  };
}
