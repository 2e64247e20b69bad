import type { Args } from '../../../../src/compute/operation.js';
import { POWER_STATE, type PowerState } from '../../../../src/compute/ports/containers.js';
import { create, type Instance } from '../../../../src/objects/index.js';
import { HOST, UUID } from '../parts.js';
import { vifWith } from './host.js';
import type { Before } from './before.js';

const { RUNNING, PAUSED, SHUTDOWN } = POWER_STATE;

export interface Line {
  readonly verb: string;
  readonly about?: string;
  readonly before: Before;
  readonly args?: (instance: Instance) => Args;
  /** What the server is afterwards. */
  readonly end: string;
  /** Its task then; absent: none. */
  readonly task?: string;
  /** What fails here is made up for by another host: the request ends well, with a fault that tells of it. */
  readonly isMadeUpFor?: boolean;
}

type More = Partial<Omit<Line, 'before'> & { readonly before: Partial<Before> }>;

/** A server that runs (or not) as its state says, with a task that nova-api has set. */
export const line = (
  verb: string,
  [vmState, task]: readonly [string, string | null],
  end: string,
  more: More = {},
): Line => {
  const power = POWER[vmState] ?? RUNNING;
  const row = { vm_state: vmState, task_state: task, power_state: power, ...more.before?.row };
  const holds = [...(power === PAUSED ? ['muted'] : []), ...(more.before?.holds ?? [])];
  return { verb, end, ...more, before: { power, ...more.before, row, holds } };
};

const POWER: Readonly<Record<string, PowerState>> = {
  stopped: SHUTDOWN,
  'soft-delete': SHUTDOWN,
  paused: PAUSED,
  suspended: PAUSED,
  shelved: SHUTDOWN,
};

const imaging = { args: () => ({ image_id: 'image-2', backup_type: 'daily', rotation: 1 }) };
const reboot = (type: string) => ({ about: type, args: () => ({ reboot_type: type, block_device_info: null }) });

const medic = { args: () => ({ rescue_image_ref: 'image-3', rescue_password: 'p4ss', clean_shutdown: true }) };

const IMAGE_DICT = { id: 'image-1', name: 'busybox', container_format: 'docker', properties: {} };
const again = {
  args: () => ({
    image_ref: 'image-1',
    injected_files: [],
    new_pass: 'p4ss',
    recreate: false,
    preserve_ephemeral: false,
  }),
};

/** As nova-api sends it along. */
const infoCache = create('InstanceInfoCache', { instance_uuid: UUID, network_info: [vifWith(['address 0'])] });

/** Each verb that changes something. A new verb gets a line here. */
export const TABLE: readonly Line[] = [
  line('stop_instance', ['active', 'powering-off'], 'stopped'),
  line('start_instance', ['stopped', 'powering-on'], 'active'),
  line('reboot_instance', ['active', 'rebooting'], 'active', reboot('SOFT')),
  line('reboot_instance', ['stopped', 'rebooting_hard'], 'active', reboot('HARD')),
  line('pause_instance', ['active', 'pausing'], 'paused'),
  line('unpause_instance', ['paused', 'unpausing'], 'active'),
  line('suspend_instance', ['active', 'suspending'], 'suspended'),
  line('resume_instance', ['suspended', 'resuming'], 'active'),
  line('soft_delete_instance', ['active', 'soft-deleting'], 'soft-delete'),
  line('restore_instance', ['soft-delete', 'restoring'], 'active'),
  line('terminate_instance', ['active', 'deleting'], 'deleted', { args: () => ({ bdms: [] }) }),
  line('set_admin_password', ['active', 'updating_password'], 'active', { args: () => ({ new_pass: 'p4ss' }) }),
  line('snapshot_instance', ['active', 'image_snapshot_pending'], 'active', imaging),
  line('backup_instance', ['stopped', 'image_backup'], 'stopped', imaging),
  line('stop_instance', ['active', 'powering-off'], 'active', {
    about: 'that fails',
    before: { fails: 'containers.stop' },
  }),
  line('start_instance', ['stopped', 'powering-on'], 'stopped', {
    about: 'that fails',
    before: { fails: 'containers.start' },
  }),
  line('pause_instance', ['active', 'pausing'], 'active', {
    about: 'that fails',
    before: { fails: 'containers.pause' },
  }),
  line('suspend_instance', ['active', 'suspending'], 'active', {
    about: 'that cannot be silenced',
    before: { fails: 'networks.mute' },
  }),
  line('stop_instance', ['paused', 'powering-off'], 'stopped', { about: 'of a paused server' }),
  line('set_admin_password', ['active', 'updating_password'], 'active', {
    about: 'that fails',
    args: () => ({ new_pass: 'p4ss' }),
    before: { fails: 'containers.runInside' },
  }),
  line('rescue_instance', ['active', 'rescuing'], 'rescued', medic),
  line('rescue_instance', ['stopped', 'rescuing'], 'rescued', { ...medic, about: 'of a stopped server' }),
  line('rescue_instance', ['active', 'rescuing'], 'active', {
    ...medic,
    about: 'that fails',
    before: { fails: 'containers.create' },
  }),
  line('snapshot_instance', ['active', 'image_snapshot_pending'], 'active', {
    ...imaging,
    about: 'that fails',
    before: { fails: 'library.upload' },
  }),
  ...['library.remove', 'disks.drop'].map((away) =>
    line('snapshot_instance', ['active', 'image_snapshot_pending'], 'active', {
      ...imaging,
      about: `that fails, while nobody answers ${away}`,
      before: { fails: 'library.upload', away },
    }),
  ),
  line('snapshot_instance', ['active', 'image_snapshot_pending'], 'active', {
    ...imaging,
    about: 'while nobody answers disks.drop',
    before: { away: 'disks.drop' },
  }),
  line('unrescue_instance', ['rescued', 'unrescuing'], 'active', { before: { power: SHUTDOWN, isRescued: true } }),
  line('reboot_instance', ['rescued', 'rebooting_hard'], 'rescued', {
    ...reboot('HARD'),
    about: 'of a rescued server',
    before: { power: SHUTDOWN, isRescued: true },
  }),
  line('detach_interface', ['active', null], 'active', {
    before: { holds: ['one more port'] },
    args: () => ({ port_id: 'port-2' }),
  }),
  line('remove_fixed_ip_from_instance', ['active', null], 'active', {
    before: { holds: ['one more address'] },
    args: () => ({ address: '192.0.2.9' }),
  }),
  line('add_fixed_ip_to_instance', ['active', null], 'active', {
    before: { row: { info_cache: infoCache }, holds: ['address 0'] },
    args: () => ({ network_id: 'network-1' }),
  }),
  line('rebuild_instance', ['active', 'rebuilding'], 'active', again),
  line('rebuild_instance', ['stopped', 'rebuilding'], 'stopped', { ...again, about: 'of a stopped server' }),
  line('shelve_instance', ['active', 'shelving'], 'shelved_offloaded', imaging),
  line('shelve_instance', ['active', 'shelving'], 'active', {
    ...imaging,
    about: 'that fails',
    before: { fails: 'library.upload' },
  }),
  line('shelve_offload_instance', ['shelved', 'shelving_offloading'], 'shelved_offloaded'),
  {
    verb: 'unshelve_instance',
    before: {
      row: { host: null, node: null, vm_state: 'shelved_offloaded', task_state: 'unshelving', power_state: 4 },
    },
    args: () => ({ image: IMAGE_DICT, filter_properties: {}, node: HOST, request_spec: null }),
    end: 'active',
  },
  {
    verb: 'build_and_run_instance',
    before: { row: { host: null, node: null, vm_state: 'building', task_state: 'scheduling', power_state: 0 } },
    args: () => ({
      image: IMAGE_DICT,
      request_spec: null,
      filter_properties: {},
      admin_password: 'secret',
      injected_files: [],
      requested_networks: create('NetworkRequestList', { objects: [] }),
      security_groups: [],
      host_list: [],
    }),
    end: 'active',
  },
];
