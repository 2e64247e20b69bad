import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';

/**
 * No network of the engine's: Neutron's ports are put into the container's namespace from outside, by the runtime, which
 * knows the container by one of these files.
 */
export function network({ files }: ContainerPlan): Fragment {
  const mounts = files.map(
    ({ hostPath, guestPath }) => ({ Type: 'bind', Source: hostPath, Target: guestPath }) as const,
  );
  return { HostConfig: { NetworkMode: 'none', ...(mounts.length === 0 ? {} : { Mounts: mounts }) } };
}
