import type { ChoreParts } from '../compute/chores/chore.js';
import { removeExpiredConsoleTokens } from '../compute/chores/console-tokens.js';
import { treatDeletedOnHost } from '../compute/chores/deleted.js';
import { failLostBuilds, LOST_AFTER_MS } from '../compute/chores/lost-builds.js';
import { createCacheHealer } from '../compute/chores/network-cache.js';
import { createOrphanWatch } from '../compute/chores/orphans.js';
import { failOverdueBuilds } from '../compute/chores/overdue-builds.js';
import { rebootOverdue } from '../compute/chores/overdue-reboots.js';
import { unrescueOverdue } from '../compute/chores/overdue-rescues.js';
import { cleanAfterDeletes } from '../compute/chores/pending-deletes.js';
import { confirmResizes } from '../compute/chores/unconfirmed.js';
import { syncSchedulers } from '../compute/chores/scheduler-sync.js';
import { offloadShelved } from '../compute/chores/shelved.js';
import { reclaimSoftDeleted } from '../compute/chores/soft-deleted.js';
import { auditUsage } from '../compute/chores/usage-audit.js';
import { refreshDrives } from '../compute/plan/refresh-drives.js';
import type { PowerSync } from '../compute/power/power-sync.js';
import type { Presence } from '../compute/presence/presence.js';
import type { Config } from '../config/tables.js';
import type { Logger } from '../observe/logger.js';
import type { RpcServer } from '../oslo/index.js';
import type { PeriodicTask } from '../periodic/runner.js';
import type { LiveConfig } from './live.js';
import type { NodeRoom } from './node.js';

export interface TaskParts {
  readonly live: LiveConfig;
  readonly presence: Presence;
  readonly room: NodeRoom;
  readonly power: PowerSync;
  readonly server: RpcServer;
  readonly chores: ChoreParts;
  readonly log: Logger;
}

const S = 1000;
const HOUR_S = 3600;
/** Upstream's interval of tasks that have no option for it, and for options that are 0 where that is the default. */
const USUAL_S = 60;

/** What the interval of a task is at this time, in seconds; 0 or less is never. */
type Seconds = (options: Config['DEFAULT'], config: Config) => number;

interface Row {
  readonly name: string;
  /** Asked for anew after each run, and when the configuration has changed. */
  readonly seconds: Seconds;
  readonly run: PeriodicTask['run'];
  /** At the start of the service, too. */
  readonly atOnce?: boolean;
}

/** The table of periodic tasks (nova/compute/manager.py, release 26). */
export function periodicTasks(parts: TaskParts): readonly PeriodicTask[] {
  const { live, presence } = parts;
  const { periodic_enable: isEnabled, periodic_fuzzy_delay: fuzzySeconds } = live.current.DEFAULT;
  const report: Row = { name: 'report_state', seconds: (o) => o.report_interval, run: () => presence.report() };
  if (!isEnabled) return [scheduled(live, report)];
  const rows = [...hostRows(parts), ...overdueRows(parts), ...deletionRows(parts.chores)];
  const delayMs = Math.random() * fuzzySeconds * S;
  return [scheduled(live, report), ...rows.map((row) => scheduled(live, row, delayMs))];
}

function scheduled(live: LiveConfig, { name, seconds, run, atOnce = false }: Row, delayMs = 0): PeriodicTask {
  const everyMs = (): number => seconds(live.current.DEFAULT, live.current) * S;
  return { name, everyMs, firstAfterMs: (atOnce ? 0 : Math.max(0, everyMs())) + delayMs, run };
}

/** Keeping what Nova, its schedulers and Placement know of this host true. */
function hostRows(parts: TaskParts): readonly Row[] {
  const { room, power, chores } = parts;
  const { ownContext, parts: manager } = chores;
  const healCaches = createCacheHealer(chores);
  const syncs: Seconds = (o, { filter_scheduler: scheduler }) =>
    scheduler.track_instance_changes ? o.scheduler_instance_sync_interval || USUAL_S : 0;
  return [
    { name: 'follow_control_plane', seconds: () => HOUR_S, run: () => followControlPlane(parts) },
    {
      name: 'update_available_resource',
      seconds: (o) => o.update_resources_interval || USUAL_S,
      run: () => room.tracker.audit(),
    },
    {
      name: 'sync_power_states',
      seconds: (o) => o.sync_power_state_interval || USUAL_S,
      run: () => power.compareAll(),
    },
    { name: 'sync_scheduler_instance_info', seconds: syncs, run: () => syncSchedulers(chores) },
    { name: 'heal_instance_info_cache', seconds: (o) => o.heal_instance_info_cache_interval, run: healCaches },
    {
      name: 'refresh_config_drives',
      seconds: (_o, { docker }) => docker.config_drive_refresh_interval,
      run: (signal) => refreshDrives(manager, ownContext(), signal),
    },
    {
      name: 'instance_usage_audit',
      seconds: (o) => (o.instance_usage_audit ? USUAL_S : 0),
      run: () => auditUsage(chores),
    },
  ];
}

/** What took, or waited, long enough. */
function overdueRows({ chores }: TaskParts): readonly Row[] {
  const ifAny = (limit: number): number => (limit > 0 ? USUAL_S : 0);
  const shelved: Seconds = (o) => (o.shelved_offload_time > 0 ? o.shelved_poll_interval || USUAL_S : 0);
  const builds: Seconds = (o) => ifAny(o.instance_build_timeout);
  const reboots: Seconds = (o) => ifAny(o.reboot_timeout);
  const rescues: Seconds = (o) => ifAny(o.rescue_timeout);
  const resizes: Seconds = (o) => ifAny(o.resize_confirm_window);
  const deletes: Seconds = (o) => ifAny(o.reclaim_instance_interval);
  return [
    { name: 'check_instance_build_time', seconds: builds, run: () => failOverdueBuilds(chores) },
    { name: 'poll_rebooting_instances', seconds: reboots, run: () => rebootOverdue(chores) },
    { name: 'poll_rescued_instances', seconds: rescues, run: () => unrescueOverdue(chores) },
    { name: 'poll_unconfirmed_resizes', seconds: resizes, run: () => confirmResizes(chores) },
    { name: 'poll_shelved_instances', seconds: shelved, run: () => offloadShelved(chores) },
    { name: 'reclaim_queued_deletes', seconds: deletes, run: () => reclaimSoftDeleted(chores) },
    { name: 'fail_lost_builds', seconds: () => LOST_AFTER_MS / S, run: () => failLostBuilds(chores) },
  ];
}

/** What is left of servers on this host, of their images, and of consoles. */
function deletionRows(chores: ChoreParts): readonly Row[] {
  const deletes: Seconds = (o) => o.instance_delete_interval || USUAL_S;
  const watchOrphans = createOrphanWatch(chores);
  return [
    {
      name: 'cleanup_running_deleted_instances',
      seconds: (o) => o.running_deleted_instance_poll_interval,
      run: () => treatDeletedOnHost(chores),
      atOnce: true,
    },
    {
      name: 'image_cache_manager_pass',
      seconds: (_o, { image_cache: cache }) => cache.manager_interval || USUAL_S,
      run: () => chores.parts.images.tidy(),
      // Unlike upstream's: what a crash has left should not stay for a whole interval.
      atOnce: true,
    },
    { name: 'run_pending_deletes', seconds: deletes, run: () => cleanAfterDeletes(chores) },
    { name: 'clean_expired_console_tokens', seconds: deletes, run: () => removeExpiredConsoleTokens(chores) },
    { name: 'look_for_orphans', seconds: (_o, { docker }) => docker.orphan_poll_interval, run: watchOrphans },
  ];
}

/** An upgraded control plane may send some methods to a second topic. */
export async function followControlPlane({
  presence,
  server,
  log,
}: Pick<TaskParts, 'presence' | 'server' | 'log'>): Promise<void> {
  if (!(await presence.follow())) return;
  log.info('The control plane was upgraded', { serviceVersion: presence.controlPlane.version });
  if (presence.controlPlane.usesAlternateTopic) await server.listen('compute-alt');
}
