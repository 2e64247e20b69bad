import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/** What keeps an instance inside of its container: few capabilities, no way to new ones, a bound on processes. */
export function security(_plan: ContainerPlan, { settings }: SpecHost): Fragment {
  return {
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: [...settings.capabilities],
      SecurityOpt: settings.noNewPrivileges ? ['no-new-privileges'] : [],
      PidsLimit: settings.pidsLimit,
    },
  };
}
