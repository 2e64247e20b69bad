import type { Flavor } from '../../../objects/index.js';
import type { InstanceChanges } from '../../operation.js';

/** An instance's flavor now, before and after a resize. */
export interface Flavors {
  readonly current: Flavor;
  readonly before: Flavor | null;
  readonly after: Flavor | null;
}

/**
 * The row of an instance that has these flavors (nova/compute/manager.py _set_instance_info, release 26). All three
 * together: conductor keeps them in one value, and would read the others anew over what is sent (instance.py _save_flavor).
 */
export function flavorRow({ current, before, after }: Flavors): InstanceChanges {
  return {
    instance_type_id: current.get('id'),
    memory_mb: current.get('memory_mb'),
    vcpus: current.get('vcpus'),
    root_gb: current.get('root_gb'),
    ephemeral_gb: current.get('ephemeral_gb'),
    flavor: current,
    old_flavor: before,
    new_flavor: after,
  };
}
