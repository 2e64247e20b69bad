import type { Fragment } from './fragment.js';

/**
 * No network of the engine's: Neutron's ports are put into the container's namespace from outside, by the runtime, which
 * knows the container by a file of the plan that is mounted in it.
 */
export function network(): Fragment {
  return { HostConfig: { NetworkMode: 'none' } };
}
