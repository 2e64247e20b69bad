import type { ManagerParts } from '../compute/operation.js';
import { refreshDrives } from '../compute/plan/refresh-drives.js';
import type { PowerSync } from '../compute/power/power-sync.js';
import type { Presence } from '../compute/presence/presence.js';
import type { Config } from '../config/tables.js';
import type { Logger } from '../observe/logger.js';
import type { RpcServer } from '../oslo/index.js';
import type { PeriodicTask } from '../periodic/runner.js';
import { ownContext } from './manager.js';
import type { NodeRoom } from './node.js';

export interface TaskParts {
  readonly config: Config;
  readonly parts: ManagerParts;
  readonly presence: Presence;
  readonly room: NodeRoom;
  readonly power: PowerSync;
  readonly server: RpcServer;
  readonly log: Logger;
}

const S = 1000;
const HOUR_MS = 3_600_000;

/** The table of periodic tasks (nova/compute/manager.py, release 26). */
export function periodicTasks(parts: TaskParts): readonly PeriodicTask[] {
  const { DEFAULT, docker } = parts.config;
  const fuzzyMs = Math.random() * DEFAULT.periodic_fuzzy_delay * S;
  const report: PeriodicTask = every('report_state', DEFAULT.report_interval, 0, () => parts.presence.report());
  if (!DEFAULT.periodic_enable) return [report];
  const drivesEvery = docker.config_drive_refresh_interval;
  return [
    report,
    every('update_available_resource', orDefault(DEFAULT.update_resources_interval, 60), fuzzyMs, () =>
      parts.room.tracker.audit(),
    ),
    every('sync_power_states', orDefault(DEFAULT.sync_power_state_interval, 600), fuzzyMs, () =>
      parts.power.compareAll(),
    ),
    every('refresh_config_drives', drivesEvery, Math.random() * drivesEvery * S, (signal) =>
      refreshDrives(parts.parts, ownContext(), signal),
    ),
    { name: 'follow_control_plane', everyMs: HOUR_MS, firstAfterMs: HOUR_MS, run: () => followControlPlane(parts) },
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

/** Nova's intervals: 0 is the default one, less is never. */
function orDefault(seconds: number, otherwise: number): number {
  return seconds === 0 ? otherwise : seconds;
}

function every(name: string, seconds: number, delayMs: number, run: PeriodicTask['run']): PeriodicTask {
  return { name, everyMs: seconds * S, firstAfterMs: seconds * S + delayMs, run };
}
