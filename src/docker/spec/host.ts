import { ServiceError } from '../../errors/kinds.js';
import type { GuestFile } from '../../compute/ports/containers.js';
import type { EngineFacts } from '../../compute/ports/engine-facts.js';
import type { ContainerSettings } from '../settings.js';

/** What a spec depends on beside the plan: this host's settings and what it and its engine can do. */
export interface SpecHost {
  readonly settings: ContainerSettings;
  readonly engine: Pick<EngineFacts, 'swapLimit' | 'runtimes' | 'cpus'>;
  /** The disk that the engine's data are on, e.g. `/dev/sda`; null: none whose use can be limited. */
  readonly disk: string | null;
  /** The engine can bound what a container writes into its own file system. */
  readonly limitsRoot: boolean;
  /** lxcfs' files about the container's own CPUs, memory and uptime; [] where it does not run. */
  readonly lxcfs: readonly GuestFile[];
}

/** This host does not do what the instance asks for; another one may. */
export function notOnThisHost(reason: string): ServiceError {
  return new ServiceError('Conflict', `This host cannot run the instance: ${reason}.`, {
    nova: { name: 'ComputeResourcesUnavailable', kwargs: { reason } },
  });
}
