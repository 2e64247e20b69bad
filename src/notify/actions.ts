import type { InstanceNotification, NotificationPhase } from '../compute/ports/notifications.js';

export type InstanceAction = InstanceNotification['action'];

/** The objects that a versioned notification about an action may carry. */
export type ActionPayloadName =
  | 'InstanceActionPayload'
  | 'InstanceCreatePayload'
  | 'InstanceActionRebuildPayload'
  | 'InstanceActionRescuePayload'
  | 'InstanceActionResizePrepPayload'
  | 'InstanceActionSnapshotPayload'
  | 'InstanceActionVolumePayload'
  | 'InstanceActionVolumeSwapPayload';

type Events = Readonly<Partial<Record<NotificationPhase, string>>>;

export interface ActionRow {
  /** Event types of the unversioned notifications. A phase that is not here has none. */
  readonly legacy: Events;
  /** Event types of the versioned ones. */
  readonly versioned: Events;
  readonly payload: ActionPayloadName;
  /** Phases whose unversioned payload lists `fixed_ips`. */
  readonly fixedIps: readonly NotificationPhase[];
}

const START_END: readonly NotificationPhase[] = ['start', 'end'];
const WITH_ERROR: readonly NotificationPhase[] = ['start', 'end', 'error'];

function events(prefix: string, phases: readonly NotificationPhase[]): Events {
  return Object.fromEntries(phases.map((phase) => [phase, `${prefix}.${phase}`]));
}

interface Special {
  /** Unversioned name, where it is another one; null where there is no such notification. */
  readonly legacy?: string | null;
  readonly versioned?: string | null;
  readonly phases?: readonly NotificationPhase[];
  readonly payload?: ActionPayloadName;
  readonly fixedIps?: readonly NotificationPhase[];
}

function row(name: string, special: Special = {}): ActionRow {
  const { legacy = name, versioned = name, phases = START_END, payload = 'InstanceActionPayload' } = special;
  return {
    legacy: legacy === null ? {} : events(`compute.instance.${legacy}`, phases),
    versioned: versioned === null ? {} : events(`instance.${versioned}`, phases),
    payload,
    fixedIps: special.fixedIps ?? [],
  };
}

/** An unversioned one after the fact, without a phase in its name; its versioned brother has all phases. */
function volumeRow(name: string, legacy: string): ActionRow {
  const versioned = events(`instance.${name}`, WITH_ERROR);
  return {
    legacy: { end: `compute.instance.${legacy}` },
    versioned,
    payload: 'InstanceActionVolumePayload',
    fixedIps: [],
  };
}

/**
 * Every notification that a compute service sends about an instance, as nova/compute/manager.py of release 26 does
 * (all calls of _notify_about_instance_usage and compute_utils.notify_about_*; the same in release 31).
 */
export const ACTIONS: Readonly<Record<InstanceAction, ActionRow>> = {
  create: row('create', { phases: WITH_ERROR, payload: 'InstanceCreatePayload', fixedIps: ['end'] }),
  delete: row('delete'),
  shutdown: row('shutdown'),
  power_on: row('power_on'),
  power_off: row('power_off'),
  reboot: row('reboot', { phases: WITH_ERROR }),
  pause: row('pause'),
  unpause: row('unpause'),
  suspend: row('suspend'),
  resume: row('resume'),
  soft_delete: row('soft_delete'),
  restore: row('restore'),
  rebuild: row('rebuild', { phases: WITH_ERROR, payload: 'InstanceActionRebuildPayload', fixedIps: ['end'] }),
  rescue: row('rescue', { payload: 'InstanceActionRescuePayload', fixedIps: START_END }),
  unrescue: row('unrescue', { fixedIps: START_END }),
  shelve: row('shelve'),
  shelve_offload: row('shelve_offload'),
  unshelve: row('unshelve'),
  snapshot: row('snapshot', { payload: 'InstanceActionSnapshotPayload' }),
  trigger_crash_dump: row('trigger_crash_dump'),
  resize: row('resize', { phases: WITH_ERROR, fixedIps: START_END }),
  resize_prep: row('resize_prep', { legacy: 'resize.prep', payload: 'InstanceActionResizePrepPayload' }),
  resize_finish: row('resize_finish', { legacy: 'finish_resize', fixedIps: START_END }),
  resize_confirm: row('resize_confirm', { legacy: 'resize.confirm', fixedIps: ['end'] }),
  resize_revert: row('resize_revert', { legacy: 'resize.revert' }),
  interface_attach: row('interface_attach', { legacy: null, phases: WITH_ERROR }),
  interface_detach: row('interface_detach', { legacy: null }),
  create_ip: row('create_ip', { versioned: null, fixedIps: ['end'] }),
  delete_ip: row('delete_ip', { versioned: null, fixedIps: ['end'] }),
  volume_attach: volumeRow('volume_attach', 'volume.attach'),
  volume_detach: volumeRow('volume_detach', 'volume.detach'),
  volume_swap: row('volume_swap', { legacy: null, phases: WITH_ERROR, payload: 'InstanceActionVolumeSwapPayload' }),
  live_migration_abort: row('live_migration_abort', { legacy: 'live.migration.abort' }),
  live_migration_force_complete: row('live_migration_force_complete', { legacy: 'live.migration.force.complete' }),
  live_migration_pre: row('live_migration_pre', { legacy: 'live_migration.pre', fixedIps: START_END }),
  live_migration_post: row('live_migration_post', { legacy: 'live_migration._post', fixedIps: START_END }),
  live_migration_post_dest: row('live_migration_post_dest', {
    legacy: 'live_migration.post.dest',
    fixedIps: START_END,
  }),
  live_migration_rollback: row('live_migration_rollback', { legacy: 'live_migration._rollback' }),
  live_migration_rollback_dest: row('live_migration_rollback_dest', {
    legacy: 'live_migration.rollback.dest',
    fixedIps: START_END,
  }),
};
