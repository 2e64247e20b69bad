import type { Engine } from '../engine/engine.js';
import type { Logger } from '../../observe/logger.js';
import type { OurContainers } from './ours.js';

/** What every verb on a container works with. */
export interface ContainerParts {
  readonly engine: Engine;
  readonly ours: OurContainers;
  readonly log: Logger;
}
