import type { Fragment } from './fragment.js';

/** No network of the engine's: Neutron's ports are put into the container's namespace from outside. */
export function network(): Fragment {
  return { HostConfig: { NetworkMode: 'none' } };
}
