import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/** What it sees of files beside its image's: some of the host's that are its own, and file systems in memory. */
export function files({ files: own, settings }: ContainerPlan, { lxcfs }: SpecHost): Fragment {
  const mounts = [...own, ...lxcfs].map(
    ({ hostPath, guestPath, readOnly = false }) =>
      ({ Type: 'bind', Source: hostPath, Target: guestPath, ReadOnly: readOnly }) as const,
  );
  const tmpfs = (settings.tmpfs ?? []).map(
    ({ path, sizeBytes, options }) => [path, [`size=${sizeBytes}`, ...options].join(',')] as const,
  );
  return {
    HostConfig: {
      ...(mounts.length === 0 ? {} : { Mounts: mounts }),
      ...(tmpfs.length === 0 ? {} : { Tmpfs: Object.fromEntries(tmpfs) }),
      ...(settings.read_only === undefined ? {} : { ReadonlyRootfs: settings.read_only }),
      ...(settings.shm_size === undefined ? {} : { ShmSize: settings.shm_size }),
    },
  };
}
