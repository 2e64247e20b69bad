import { HOST } from '../parts.js';
import type { Line } from './table.js';
import type { Before } from './before.js';

const DEAD = 'host-2';
const PLACES = { source_compute: DEAD, source_node: DEAD, dest_compute: HOST, dest_node: HOST };

/** A server of a dead host; the scheduler has claimed this one for it, too. */
function evacuation(vmState: string, end: string, about: string, more: Partial<Before> = {}): Line {
  return {
    verb: 'rebuild_instance',
    about,
    before: {
      row: { host: DEAD, node: DEAD, vm_state: vmState, task_state: 'rebuilding', migration_context: null },
      migration: { ...PLACES, status: 'accepted', migration_type: 'evacuation' },
      holds: ['allocation here'],
      ...more,
    },
    args: () => ({
      ...{ recreate: true, image_ref: null, injected_files: [], new_pass: 'p4ss', on_shared_storage: false },
      ...{ preserve_ephemeral: false, request_spec: null },
    }),
    end,
  };
}

/** Servers of a dead host that come here. */
export const EVACUATIONS: readonly Line[] = [
  evacuation('active', 'active', 'from a dead host'),
  evacuation('stopped', 'stopped', 'from a dead host, of a stopped server'),
  evacuation('active', 'error', 'from a dead host, of an image that is not to be had', { fails: 'images.ensure' }),
  evacuation('active', 'error', 'from a dead host, refused by the engine', { fails: 'containers.create' }),
  evacuation('active', 'error', 'from a dead host, refused while Placement is away', {
    ...{ fails: 'containers.create', away: 'allocations.removeFrom' },
  }),
  evacuation('active', 'error', 'from a dead host, refused while Neutron is away', {
    ...{ fails: 'containers.create', away: 'networks.bindTo' },
  }),
];
