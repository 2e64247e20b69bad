import { hasPorts } from '../plan/names.js';
import { readHolder, readPlan, type InstanceFolder } from './folder.js';

/**
 * Whether that container, which was started, was given the instance's ports: our runtime writes down whom it gave them to.
 * True for an instance without ports.
 */
export function holdsPorts(folder: InstanceFolder, containerId: string): boolean {
  return !hasPorts(readPlan(folder)) || readHolder(folder) === containerId;
}
