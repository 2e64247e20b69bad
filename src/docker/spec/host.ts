import type { EngineFacts } from '../../compute/ports/containers.js';
import type { ContainerSettings } from '../settings.js';

/** What a spec depends on beside the plan: this host's settings and what its engine can do. */
export interface SpecHost {
  readonly settings: ContainerSettings;
  readonly engine: Pick<EngineFacts, 'swapLimit'>;
}
