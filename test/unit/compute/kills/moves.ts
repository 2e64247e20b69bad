import { create, type Flavor } from '../../../../src/objects/index.js';
import { HOST } from '../parts.js';
import { line, type Line } from './table.js';

const OTHER = 'host-2';

function flavor(id: number, extraSpecs: Record<string, string> = {}): Flavor {
  const sizes = { memory_mb: 512 * id, vcpus: 1, swap: 0, root_gb: 1, ephemeral_gb: 0 };
  return create('Flavor', { id, name: `f${id}`, flavorid: String(id), extra_specs: extraSpecs, ...sizes });
}

const [SMALL, LARGE] = [flavor(1), flavor(2)];
/** With what only a new container can have. */
const OTHER_KIND = flavor(3, { 'docker:shm_size': '32m' });

/** Rows of servers with three flavors, and their migration between two hosts. */
const flavors = (current: Flavor, before: Flavor | null, after: Flavor | null) => ({
  ...{ instance_type_id: current.get('id'), memory_mb: current.get('memory_mb'), migration_context: null },
  ...{ flavor: current, old_flavor: before, new_flavor: after },
});
const between = (from: string, to: string, status: string) => ({
  ...{ source_compute: from, source_node: from, dest_compute: to, dest_node: to, status },
});

const image = { properties: {} };
const asked = { args: () => ({ flavor: LARGE, image }) };
const UNASKED = flavors(SMALL, null, null);
const RESIZED = flavors(LARGE, SMALL, LARGE);
const WAS = { system_metadata: { old_vm_state: 'active' } };
const WAS_OFF = { system_metadata: { old_vm_state: 'stopped' } };

/** All steps are this host's: what one sends is the next one's. */
const IN_PLACE: readonly Line[] = [
  line('prep_resize', ['active', 'resize_prep'], 'resized', {
    about: 'in place, to its end',
    before: { row: UNASKED, migration: between(HOST, HOST, 'accepted') },
    ...asked,
  }),
  line('prep_resize', ['stopped', 'resize_prep'], 'resized', {
    about: 'in place, of a stopped server',
    before: { row: UNASKED, migration: between(HOST, HOST, 'accepted') },
    ...asked,
  }),
  line('confirm_resize', ['resized', null], 'active', {
    about: 'in place',
    before: { row: { ...RESIZED, ...WAS }, migration: between(HOST, HOST, 'finished') },
  }),
  line('revert_resize', ['resized', 'resize_reverting'], 'active', {
    about: 'in place, to its end',
    before: { row: { ...RESIZED, ...WAS }, migration: between(HOST, HOST, 'reverting') },
  }),
];

const anew = { args: () => ({ flavor: OTHER_KIND, image }) };
const ANEW = flavors(OTHER_KIND, SMALL, OTHER_KIND);

/** The same with a new container. */
const IN_PLACE_ANEW: readonly Line[] = [
  line('prep_resize', ['active', 'resize_prep'], 'resized', {
    about: 'in place, in a new container, to its end',
    before: { row: UNASKED, migration: between(HOST, HOST, 'accepted') },
    ...anew,
  }),
  line('prep_resize', ['stopped', 'resize_prep'], 'resized', {
    about: 'in place, in a new container, of a stopped server',
    before: { row: UNASKED, migration: between(HOST, HOST, 'accepted') },
    ...anew,
  }),
  ...['containers.create', 'disks.carry', 'disks.carry'].map((fails, nth) =>
    line('finish_resize', [nth < 2 ? 'active' : 'stopped', 'resize_migrated'], nth < 2 ? 'active' : 'stopped', {
      about: `in a new container, where ${fails} fails (${nth})`,
      before: {
        row: { ...flavors(SMALL, SMALL, OTHER_KIND), ...(nth < 2 ? WAS : WAS_OFF) },
        migration: between(HOST, HOST, 'post-migrating'),
        fails,
      },
      args: () => ({ image, disk_info: '' }),
    }),
  ),
  line('confirm_resize', ['resized', null], 'active', {
    about: 'in a new container',
    before: { row: { ...ANEW, ...WAS }, hasFormer: true, migration: between(HOST, HOST, 'finished') },
  }),
  line('revert_resize', ['resized', 'resize_reverting'], 'active', {
    about: 'in a new container, to its end',
    before: { row: { ...ANEW, ...WAS }, hasFormer: true, migration: between(HOST, HOST, 'reverting') },
  }),
];

const OFF = { power: 4 } as const;
const SENT = { holds: ['image'] };

/** One step each: what it sends is another host's. */
const AWAY: readonly Line[] = [
  line('prep_resize', ['active', 'resize_prep'], 'active', {
    about: 'of another host’s server',
    before: { row: { ...UNASKED, host: OTHER }, migration: between(OTHER, HOST, 'accepted') },
    task: 'resize_prep',
    ...asked,
  }),
  line('resize_instance', ['active', 'resize_prep'], 'active', {
    about: 'to another host',
    before: { row: { ...flavors(SMALL, null, LARGE), ...WAS }, migration: between(HOST, OTHER, 'pre-migrating') },
    task: 'resize_migrated',
    args: () => ({ flavor: LARGE, image }),
  }),
  line('confirm_resize', ['resized', null], 'active', {
    about: 'on the host that it has left',
    before: { row: { ...RESIZED, ...WAS, host: OTHER }, ...OFF, migration: between(HOST, OTHER, 'finished') },
  }),
  line('finish_revert_resize', ['resized', 'resize_reverting'], 'active', {
    about: 'on the host that it comes back to',
    before: { row: { ...RESIZED, ...WAS, host: OTHER }, ...OFF, migration: between(HOST, OTHER, 'reverted') },
  }),
  line('finish_revert_resize', ['resized', 'resize_reverting'], 'stopped', {
    about: 'of a stopped server',
    before: { row: { ...RESIZED, ...WAS_OFF, host: OTHER }, ...OFF, migration: between(HOST, OTHER, 'reverted') },
  }),
];

const ARRIVING = flavors(SMALL, SMALL, LARGE);

const HERE: readonly Line[] = [
  {
    verb: 'finish_resize',
    about: 'from another host',
    before: {
      row: { ...ARRIVING, ...WAS, vm_state: 'active', task_state: 'resize_migrated', power_state: 1 },
      migration: between(OTHER, HOST, 'post-migrating'),
      ...SENT,
    },
    args: () => ({ image, disk_info: '' }),
    end: 'resized',
  },
  {
    verb: 'finish_resize',
    about: 'of a stopped server from another host',
    before: {
      row: { ...ARRIVING, ...WAS_OFF, vm_state: 'stopped', task_state: 'resize_migrated', power_state: 4 },
      migration: between(OTHER, HOST, 'post-migrating'),
      ...SENT,
    },
    args: () => ({ image, disk_info: '' }),
    end: 'resized',
  },
  line('revert_resize', ['resized', 'resize_reverting'], 'resized', {
    about: 'on the host that it had moved to',
    before: { row: { ...RESIZED, ...WAS }, migration: between(OTHER, HOST, 'reverting') },
    task: 'resize_reverting',
  }),
];

const FAILING: readonly Line[] = [
  line('prep_resize', ['active', 'resize_prep'], 'active', {
    about: 'in place, refused',
    before: { row: UNASKED, migration: between(HOST, HOST, 'accepted'), fails: 'containers.usage' },
    ...asked,
  }),
  line('resize_instance', ['active', 'resize_prep'], 'active', {
    about: 'with a disk that can’t be sent',
    before: {
      row: { ...flavors(SMALL, null, LARGE), ...WAS },
      migration: between(HOST, OTHER, 'pre-migrating'),
      fails: 'library.upload',
    },
    args: () => ({ flavor: LARGE, image }),
  }),
  line('finish_resize', ['active', 'resize_migrated'], 'active', {
    about: 'in place, refused by the engine',
    before: {
      row: { ...ARRIVING, ...WAS },
      migration: between(HOST, HOST, 'post-migrating'),
      fails: 'containers.limit',
    },
    args: () => ({ image, disk_info: '' }),
  }),
  {
    verb: 'finish_resize',
    about: 'of a server that goes back',
    before: {
      row: { ...ARRIVING, ...WAS, vm_state: 'active', task_state: 'resize_migrated', power_state: 1 },
      migration: between(OTHER, HOST, 'post-migrating'),
      fails: 'containers.create',
      ...SENT,
    },
    args: () => ({ image, disk_info: '' }),
    end: 'active',
    task: 'resize_reverting',
  },
];

/** A host that refuses, and the next one of the scheduler's list. */
const ELSEWHERE: readonly Line[] = [
  line('prep_resize', ['active', 'resize_prep'], 'active', {
    about: 'refused here, so that another host is asked',
    before: { row: UNASKED, migration: between(HOST, HOST, 'accepted'), fails: 'containers.usage' },
    args: () => ({ flavor: LARGE, image, filter_properties: { retry: { num_attempts: 1 } }, host_list: ['next'] }),
    task: 'resize_prep',
    isMadeUpFor: true,
  }),
];

/** Somebody does not answer just when something has to be given back. */
const AWHILE: readonly Line[] = [
  line('prep_resize', ['active', 'resize_prep'], 'active', {
    about: 'in place, refused while Placement is away',
    before: {
      row: UNASKED,
      migration: between(HOST, HOST, 'accepted'),
      ...{ fails: 'containers.usage', away: 'allocations.move' },
    },
    ...asked,
  }),
  ...['allocations.remove', 'containers.remove', 'networks.unplug'].map((away) =>
    line('confirm_resize', ['resized', null], 'active', {
      about: `on the host that it has left, while nobody answers ${away}`,
      before: { row: { ...RESIZED, ...WAS, host: OTHER }, ...OFF, migration: between(HOST, OTHER, 'finished'), away },
    }),
  ),
  ...['allocations.move', 'networks.bind', 'containers.start'].map((away) =>
    line('finish_revert_resize', ['resized', 'resize_reverting'], 'active', {
      about: `on the host that it comes back to, while nobody answers ${away}`,
      before: { row: { ...RESIZED, ...WAS, host: OTHER }, ...OFF, migration: between(HOST, OTHER, 'reverted'), away },
    }),
  ),
  line('resize_instance', ['active', 'resize_prep'], 'active', {
    about: 'whose ports cannot be unplugged',
    before: {
      row: { ...flavors(SMALL, null, LARGE), ...WAS },
      migration: between(HOST, OTHER, 'pre-migrating'),
      fails: 'networks.unplug',
    },
    args: () => ({ flavor: LARGE, image }),
  }),
  {
    verb: 'finish_resize',
    about: 'of a server that goes back while the engine is away',
    before: {
      row: { ...ARRIVING, ...WAS, vm_state: 'active', task_state: 'resize_migrated', power_state: 1 },
      migration: between(OTHER, HOST, 'post-migrating'),
      ...{ fails: 'containers.create', away: 'containers.remove', ...SENT },
    },
    args: () => ({ image, disk_info: '' }),
    end: 'active',
    task: 'resize_reverting',
  },
];

/** Resize and migration, as far as one host sees them. */
export const MOVES: readonly Line[] = [
  ...IN_PLACE,
  ...IN_PLACE_ANEW,
  ...AWAY,
  ...HERE,
  ...FAILING,
  ...ELSEWHERE,
  ...AWHILE,
];
