import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import { notOnThisHost, type SpecHost } from './host.js';

/** The program that makes a container of it: the host's, or one that its flavor chose and the operator of this host allows. */
export function runtime({ settings }: ContainerPlan, host: SpecHost): Fragment {
  const chosen = settings.runtime;
  if (chosen === undefined) {
    return host.settings.runtime === null ? {} : { HostConfig: { Runtime: host.settings.runtime } };
  }
  if (chosen !== host.settings.runtime && !host.settings.allowedRuntimes.includes(chosen)) {
    throw notOnThisHost(`runtime ${chosen} is not in [docker] allowed_runtimes`);
  }
  if (!host.engine.runtimes.includes(chosen)) {
    throw notOnThisHost(`its engine has no runtime ${chosen}, it has ${host.engine.runtimes.join(', ')}`);
  }
  return { HostConfig: { Runtime: chosen } };
}
