import type { ContainerPlan } from '../../compute/ports/containers.js';
import { ephemeralMounts } from './ephemeral.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/**
 * What it sees of files beside its image's: some of the host's that are its own, its ephemeral disks, and file systems in
 * memory.
 */
export function files(plan: ContainerPlan, host: SpecHost): Fragment {
  const { files: own, settings } = plan;
  const binds = [...own, ...host.lxcfs].map(
    ({ hostPath, guestPath, readOnly = false }) =>
      ({ Type: 'bind', Source: hostPath, Target: guestPath, ReadOnly: readOnly }) as const,
  );
  const mounts = [...binds, ...ephemeralMounts(plan, host)];
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
