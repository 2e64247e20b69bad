import type { CallObserver } from '../../observe/calls.js';
import type { ContainerParts } from '../containers/parts.js';
import type { Clock } from '../settings.js';

/** What work on disks needs. */
export interface DisksParts extends ContainerParts {
  /** Of this service alone, with room for the volumes of the containers whose disks are under way. */
  readonly folder: string;
  readonly clock: Clock;
  readonly observer: CallObserver;
}
