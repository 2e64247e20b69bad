import { build } from './verbs/build.js';
import { consoleOutput } from './verbs/console-output.js';
import { externalEvents } from './verbs/external-event.js';
import { hostUptime, setHostEnabled } from './verbs/host.js';
import { pause, restore, resume, softDelete, start, stop, suspend, unpause } from './verbs/power.js';
import { reboot } from './verbs/reboot.js';
import { terminate } from './verbs/terminate.js';
import { refuse, refuseConsole, refuseMigration } from './verbs/unsupported.js';
import type { Task } from './states.js';
import type { HostRoute, InstanceRoute, Route } from './route.js';

/** A verb that changes an instance: all of upstream's decorators. */
function changing(method: string, run: InstanceRoute['run'], special: Partial<InstanceRoute> = {}): Route {
  return {
    on: 'instance',
    event: `compute_${method}`,
    revertsTask: true,
    recordsFault: true,
    locked: true,
    supersedes: false,
    run,
    ...special,
  };
}

/** A verb that only looks: no lock, no event, no fault. */
function reading(run: InstanceRoute['run']): Route {
  return {
    on: 'instance',
    event: null,
    revertsTask: false,
    recordsFault: false,
    locked: false,
    supersedes: false,
    run,
  };
}

function onHost(run: HostRoute['run']): Route {
  return { on: 'host', run };
}

const REBOOTING: readonly Task[] = [
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'reboot_pending_hard',
  'reboot_started_hard',
];
const NO_VOLUMES = 'This host runs instances as containers and attaches no volumes.';
const NO_MOVE = 'This host moves no running container.';

/**
 * Every public method of nova's ComputeManager (compute RPC 6.5, serves 5.x too). What cannot be done has an answer as
 * well: a method without a route would leave the server's task_state set for ever.
 */
export const ROUTES: Readonly<Record<string, Route>> = {
  build_and_run_instance: changing('build_and_run_instance', build, {
    event: 'compute__do_build_and_run_instance',
    revertsTask: false,
    recordsFault: false,
    limit: 'builds',
    resume: 'own',
  }),
  terminate_instance: changing('terminate_instance', terminate, {
    supersedes: true,
    resume: { tasks: ['deleting', null], done: ['deleted'] },
  }),
  start_instance: changing('start_instance', start, {
    notify: 'power_on',
    resume: { tasks: ['powering-on'], done: ['active'] },
  }),
  stop_instance: changing('stop_instance', stop, {
    notify: 'power_off',
    resume: { tasks: ['powering-off'], done: ['stopped'] },
  }),
  reboot_instance: changing('reboot_instance', reboot, {
    notify: 'reboot',
    resume: { tasks: REBOOTING, done: ['active', 'rescued'] },
  }),
  pause_instance: changing('pause_instance', pause, {
    notify: 'pause',
    resume: { tasks: ['pausing'], done: ['paused'] },
  }),
  unpause_instance: changing('unpause_instance', unpause, {
    notify: 'unpause',
    resume: { tasks: ['unpausing'], done: ['active'] },
  }),
  suspend_instance: changing('suspend_instance', suspend, {
    notify: 'suspend',
    resume: { tasks: ['suspending'], done: ['suspended'] },
  }),
  resume_instance: changing('resume_instance', resume, {
    notify: 'resume',
    resume: { tasks: ['resuming'], done: ['active', 'stopped'] },
  }),
  soft_delete_instance: changing('soft_delete_instance', softDelete, {
    notify: 'soft_delete',
    resume: { tasks: ['soft-deleting'], done: ['soft-delete'] },
  }),
  restore_instance: changing('restore_instance', restore, {
    notify: 'restore',
    resume: { tasks: ['restoring'], done: ['active'] },
  }),
  get_console_output: reading(consoleOutput),
  external_instance_event: onHost(externalEvents),
  set_host_enabled: onHost(setHostEnabled),
  get_host_uptime: onHost(hostUptime),

  ...refused('Not supported by this compute service yet.', [
    'rescue_instance',
    'unrescue_instance',
    'set_admin_password',
    'rebuild_instance',
    'snapshot_instance',
    'backup_instance',
    'shelve_instance',
    'shelve_offload_instance',
    'unshelve_instance',
    'prep_resize',
    'resize_instance',
    'finish_resize',
    'confirm_resize',
    'revert_resize',
    'finish_revert_resize',
    'trigger_crash_dump',
    'attach_interface',
    'detach_interface',
    'add_fixed_ip_to_instance',
    'remove_fixed_ip_from_instance',
    'inject_network_info',
  ]),
  ...refused(NO_VOLUMES, [
    'reserve_block_device_name',
    'attach_volume',
    'detach_volume',
    'swap_volume',
    'extend_volume',
    'volume_snapshot_create',
    'volume_snapshot_delete',
    'allow_share',
    'deny_share',
  ]),
  ...refused(NO_MOVE, ['live_migration', 'live_migration_force_complete', 'live_migration_abort']),
  ...refusedReading(NO_MOVE, [
    'pre_live_migration',
    'post_live_migration_at_destination',
    'rollback_live_migration_at_destination',
    'drop_move_claim_at_destination',
    'check_can_live_migrate_source',
    'confirm_snapshot_based_resize_at_source',
    'revert_snapshot_based_resize_at_dest',
    'finish_revert_snapshot_based_resize_at_source',
    'prep_snapshot_based_resize_at_source',
    'finish_snapshot_based_resize_at_dest',
  ]),
  check_can_live_migrate_destination: reading(refuseMigration(NO_MOVE)),
  prep_snapshot_based_resize_at_dest: reading(refuseMigration(NO_MOVE)),

  get_vnc_console: reading(refuseConsole('novnc')),
  get_spice_console: reading(refuseConsole('spice-html5')),
  get_rdp_console: reading(refuseConsole('rdp-html5')),
  get_mks_console: reading(refuseConsole('webmks')),
  get_serial_console: reading(refuseConsole('serial')),
};

function refused(text: string, methods: readonly string[]): Record<string, Route> {
  return Object.fromEntries(methods.map((method) => [method, changing(method, refuse(text))]));
}

function refusedReading(text: string, methods: readonly string[]): Record<string, Route> {
  return Object.fromEntries(methods.map((method) => [method, reading(refuse(text))]));
}
