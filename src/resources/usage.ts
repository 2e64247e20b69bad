import type { NodeDemand, NodeInstance, NodeMigration } from '../compute/ports/nodes.js';

/** What is promised on a node, and what its instances are doing. */
export interface Usage {
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly localGb: number;
  readonly runningVms: number;
  readonly currentWorkload: number;
  /** `num_instances` and so on, without failed_builds; empty when there is no instance. */
  readonly stats: Readonly<Record<string, string>>;
}

/** What the operator keeps for the host itself counts as used. */
export interface Reserved {
  readonly memoryMb: number;
  readonly cpus: number;
  readonly diskMb: number;
}

/**
 * The figures of a node, from what the database says of its instances and moves
 * (nova/compute/resource_tracker.py _update_usage_from_instances and _migrations, release 26; nova/compute/stats.py).
 */
export function usageOf(
  instances: readonly NodeInstance[],
  migrations: readonly NodeMigration[],
  here: Place,
  reserved: Reserved,
): Usage {
  const present = instances.filter(holdsResources);
  const tracked = new Set(present.map((instance) => instance.uuid));
  const demands = [...present, ...latestOfEach(migrations).flatMap((move) => demandOfMove(move, here, tracked))];
  const stats = statsOf(present);
  const tasks = Object.entries(stats).filter(([key]) => key.startsWith('num_task_') && key !== 'num_task_None');
  return {
    vcpus: reserved.cpus + sum(demands.map((demand) => demand.vcpus)),
    memoryMb: reserved.memoryMb + sum(demands.map((demand) => demand.memoryMb)),
    localGb: Math.floor(reserved.diskMb / 1024) + sum(demands.map(diskGb)),
    runningVms: present.length,
    currentWorkload: sum(tasks.map(([, count]) => count)),
    stats: Object.fromEntries(Object.entries(stats).map(([key, count]) => [key, String(count)])),
  };
}

export interface Place {
  readonly host: string;
  readonly node: string;
}

/** An instance that is deleted or offloaded takes nothing (nova/compute/vm_states.py allow_resource_removal). */
function holdsResources(instance: NodeInstance): boolean {
  if (instance.vmState === 'deleted') return false;
  return instance.vmState !== 'shelved_offloaded' || instance.taskState === 'spawning';
}

/** Whole GiB, as Nova's integer columns take it: a swap of less than one is not counted. */
function diskGb(demand: NodeDemand): number {
  return demand.rootGb + demand.ephemeralGb + Math.floor(demand.swapMb / 1024);
}

/** Tasks that the I/O weigher counts; a build is seen by its vm_state. */
const IO_TASKS = [
  'resize_migrating',
  'rebuilding',
  'resize_prep',
  'image_snapshot',
  'image_backup',
  'rescuing',
  'unshelving',
];

function statsOf(instances: readonly NodeInstance[]): Record<string, number> {
  if (instances.length === 0) return {};
  const stats: Record<string, number> = { num_instances: instances.length };
  const count = (key: string) => (stats[key] = (stats[key] ?? 0) + 1);
  for (const instance of instances) {
    count(`num_vm_${instance.vmState}`);
    count(`num_task_${instance.taskState ?? 'None'}`);
    count(`num_os_type_${instance.osType ?? 'None'}`);
    count(`num_proj_${instance.projectId}`);
  }
  const io = ['num_vm_building', ...IO_TASKS.map((task) => `num_task_${task}`)];
  return { ...stats, io_workload: sum(io.map((key) => stats[key] ?? 0)) };
}

/** States in which a resize, a rebuild or an evacuation is under way. */
const MOVING_TASKS: ReadonlySet<string> = new Set([
  ...['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish'],
  ...['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'],
]);

function isMoving({ instance }: NodeMigration): boolean {
  if (instance === undefined) return false;
  const { vmState, taskState } = instance;
  if (vmState === 'resized') return true;
  if (taskState === null) return false;
  if (taskState === 'migrating') return vmState === 'active' || vmState === 'paused';
  return (vmState === 'active' || vmState === 'stopped') && MOVING_TASKS.has(taskState);
}

/** An instance may have moves of old that never ended: only the last one counts, and only if the instance is in it. */
function latestOfEach(migrations: readonly NodeMigration[]): readonly NodeMigration[] {
  const latest = new Map<string, NodeMigration>();
  for (const move of migrations.filter(isMoving)) {
    const other = latest.get(move.instanceUuid);
    if (other === undefined || move.changedAt > other.changedAt) latest.set(move.instanceUuid, move);
  }
  return [...latest.values()].filter(
    ({ instance, id }) => instance?.migrationId === null || instance?.migrationId === id,
  );
}

/**
 * What a move takes besides the instance itself: the other flavor of a resize on one host, the future size of one that
 * comes, the past size of one that goes (it may come back).
 */
function demandOfMove(move: NodeMigration, here: Place, tracked: ReadonlySet<string>): readonly NodeDemand[] {
  const { instance } = move;
  if (instance === undefined) return [];
  const comes = move.destHost === here.host && move.destNode === here.node;
  const goes = move.sourceHost === here.host && move.sourceNode === here.node;
  if (comes && goes) return some(instance.hasOldFlavor ? instance.newDemand : instance.oldDemand);
  if (tracked.has(move.instanceUuid)) return [];
  if (comes) return some(instance.newDemand);
  return goes ? some(instance.oldDemand) : [];
}

function some<T>(value: T | null): readonly T[] {
  return value === null ? [] : [value];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
