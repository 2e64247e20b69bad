import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import { notOnThisHost, type SpecHost } from './host.js';

/**
 * How much it may write into its own file system: the flavor's root disk, 0 being no limit. What to do where the engine
 * can't hold it to that is the operator's choice. What is in volumes does not count.
 */
export function rootDisk({ instance: { flavor } }: ContainerPlan, host: SpecHost): Fragment {
  if (flavor.rootGb === 0) return {};
  if (host.limitsRoot) return { HostConfig: { StorageOpt: { size: `${flavor.rootGb}G` } } };
  if (host.settings.unlimitedRootDisk === 'warn') return {};
  throw notOnThisHost(
    `its root disk has ${flavor.rootGb} GB and the engine's storage here can't hold it to that (overlay2 can on XFS with prjquota)`,
  );
}
