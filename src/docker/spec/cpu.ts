import { ServiceError } from '../../errors/kinds.js';
import type { ContainerLimits } from '../../compute/ports/containers.js';
import type { HostConfig } from '../engine/wire.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

const SHARES_PER_VCPU = 1024;
/** The kernel's largest weight (cgroup v1 cpu.shares). */
const MOST_SHARES = 262_144;
const PERIOD_US = 100_000;

/**
 * A weight for when CPU is short, a cap, and the CPUs that it may run on. The cap is a quota and not NanoCpus, which the
 * engine refuses for more vcpus than the host has, while Nova's overcommit allows such a flavor.
 */
export function cpu(plan: ContainerLimits, host: SpecHost): Fragment {
  const { instance, settings } = plan;
  const shares = settings.cpu_shares ?? Math.min(instance.flavor.vcpus * SHARES_PER_VCPU, MOST_SHARES);
  return { HostConfig: { CpuShares: shares, ...cap(plan, host), ...cpuset(plan, host) } };
}

/** What a flavor says goes first; CPUs of one's own need no cap. */
function cap({ instance, settings }: ContainerLimits, host: SpecHost): Partial<HostConfig> {
  const { cpu_period: period = PERIOD_US, cpu_quota: perVcpu = period } = settings;
  const isSaid = settings.cpu_quota !== undefined || settings.cpu_period !== undefined;
  const isCapped = isSaid ? perVcpu !== -1 : host.settings.cpuHardLimit && settings.cpu_policy !== 'dedicated';
  return isCapped ? { CpuPeriod: period, CpuQuota: instance.flavor.vcpus * perVcpu } : {};
}

function cpuset({ settings, cpus }: ContainerLimits, host: SpecHost): Partial<HostConfig> {
  if (settings.cpu_policy === 'dedicated') {
    if (cpus === null) throw new ServiceError('Internal', 'No CPUs were set aside for an instance that has its own.');
    return { CpusetCpus: cpus.join(',') };
  }
  return host.settings.sharedCpus === null ? {} : { CpusetCpus: host.settings.sharedCpus };
}
