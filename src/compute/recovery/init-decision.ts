import { POWER_STATE, type PowerState } from '../ports/containers.js';
import type { Task, VmState } from '../states.js';

/** What the start of the service does with one instance of its host. */
export type InitAction =
  | 'leave'
  /** A build or rebuild that nobody goes on with. */
  | 'fail-interrupted'
  /** The task is over, whatever became of it. */
  | 'clear-task'
  /** The task is over and it did what it was to do. */
  | 'settle-active'
  | 'delete'
  | 'stop'
  | 'start'
  | 'unpause'
  | 'reboot-soft'
  | 'reboot-hard';

export interface InitFacts {
  readonly vmState: VmState;
  readonly task: Task;
  /** What the engine says; NOSTATE when the container is missing or the engine is away. */
  readonly power: PowerState;
}

const BUILDING: ReadonlySet<Task> = new Set<Task>(['scheduling', 'block_device_mapping', 'networking', 'spawning']);
const REBUILDING: ReadonlySet<Task> = new Set<Task>(['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning']);
const HARMLESS: ReadonlySet<Task> = new Set<Task>([
  'image_snapshot_pending',
  'image_snapshot',
  'image_pending_upload',
  'image_uploading',
  'image_backup',
  'resize_prep',
  'migrating',
]);
const SETTLED_BY_RUNNING: ReadonlySet<Task> = new Set<Task>([
  'reboot_started',
  'reboot_started_hard',
  'pausing',
  'unpausing',
]);
const SOFT_REBOOTS: ReadonlySet<Task> = new Set<Task>(['reboot_pending', 'reboot_started']);
const HARD_REBOOTS: ReadonlySet<Task> = new Set<Task>(['reboot_pending_hard', 'reboot_started_hard']);

/**
 * The table of nova/compute/manager.py _init_instance (release 26), for instances that have no request in the inbox;
 * a request that stands there is resumed and its instance is none of this table's business.
 */
export function decideInit(facts: InitFacts): InitAction {
  const { vmState, task } = facts;
  if (vmState === 'soft-delete') return 'leave';
  if (task === 'deleting' || vmState === 'deleted') return 'delete';
  if (vmState === 'error') return 'leave';
  if (vmState === 'building' || BUILDING.has(task) || REBUILDING.has(task)) return 'fail-interrupted';
  if (HARMLESS.has(task)) return 'clear-task';
  return decidePower(facts);
}

function decidePower({ task, power }: InitFacts): InitAction {
  if (power === POWER_STATE.RUNNING && SETTLED_BY_RUNNING.has(task)) return 'settle-active';
  if (SOFT_REBOOTS.has(task)) return power === POWER_STATE.RUNNING ? 'reboot-soft' : 'reboot-hard';
  if (HARD_REBOOTS.has(task)) return 'reboot-hard';
  if (power === POWER_STATE.PAUSED && task === 'unpausing') return 'unpause';
  if (task === 'powering-off') return 'stop';
  if (task === 'powering-on') return 'start';
  return 'leave';
}
