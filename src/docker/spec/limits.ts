import type { ContainerLimits } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/** What its processes may use of the kernel: how many there may be, limits of each, parameters of its namespaces. */
export function limits({ settings }: ContainerLimits, host: SpecHost): Fragment {
  const { ulimit, sysctl, oom_score_adj: oomScoreAdj } = settings;
  const ulimits = Object.entries(ulimit ?? {}).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard }));
  return {
    HostConfig: {
      PidsLimit: settings.pids_limit ?? host.settings.pidsLimit,
      ...(ulimit === undefined ? {} : { Ulimits: ulimits }),
      ...(sysctl === undefined ? {} : { Sysctls: sysctl }),
      ...(oomScoreAdj === undefined ? {} : { OomScoreAdj: oomScoreAdj }),
    },
  };
}
