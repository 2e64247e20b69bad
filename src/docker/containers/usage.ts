import { readFile } from 'node:fs/promises';
import { ServiceError } from '../../errors/kinds.js';
import type { ContainerKey, ContainerUsage, InterfaceUsage, TrafficFigures } from '../../compute/ports/containers.js';
import { containerStats, inspectContainer } from '../engine/containers.js';
import type { BlockFigure, ContainerStats, CpuUsage } from '../engine/wire.js';
import type { ContainerParts } from './parts.js';
import { containerMissing } from './refusals.js';

/** What our running container uses; see the port. */
export async function usage({ engine, ours }: ContainerParts, key: ContainerKey): Promise<ContainerUsage> {
  const found = await ours.act(key, async (id) => {
    const { State: state } = await inspectContainer(engine, id);
    if (!state.Running) {
      throw new ServiceError('Conflict', `The container of instance ${key.instanceUuid} does not run.`);
    }
    const [stats, interfaces] = await Promise.all([containerStats(engine, id), readInterfaces(state.Pid)]);
    return { ...usageOf(stats), interfaces };
  });
  if (found === undefined) throw containerMissing(key);
  return found;
}

/** The engine's figures in our terms. Pure. */
export function usageOf(stats: ContainerStats): Omit<ContainerUsage, 'interfaces'> {
  return {
    ...cpuOf(stats.cpu_stats?.cpu_usage ?? {}),
    memoryBytes: usedMemory(stats.memory_stats),
    memoryLimitBytes: stats.memory_stats?.limit ?? 0,
    pids: stats.pids_stats?.current ?? 0,
    ...blocksOf(stats.blkio_stats ?? {}),
  };
}

function cpuOf({ total_usage: total, percpu_usage: perCpu }: CpuUsage) {
  return { cpuTimeNs: total ?? 0, cpuTimesNs: perCpu ?? [] };
}

function blocksOf(blocks: NonNullable<ContainerStats['blkio_stats']>) {
  const bytes = blocks.io_service_bytes_recursive ?? [];
  const requests = blocks.io_serviced_recursive ?? [];
  return {
    reads: { bytes: sum(bytes, 'read'), requests: sum(requests, 'read') },
    writes: { bytes: sum(bytes, 'write'), requests: sum(requests, 'write') },
  };
}

/** As `docker stats` has it: inactive page cache is not counted. Control groups 1 and 2 name it differently. */
function usedMemory(memory: ContainerStats['memory_stats']): number {
  const cache = memory?.stats?.['total_inactive_file'] ?? memory?.stats?.['inactive_file'] ?? 0;
  return Math.max(0, (memory?.usage ?? 0) - cache);
}

function sum(figures: readonly BlockFigure[], op: string): number {
  return figures.filter((one) => one.op.toLowerCase() === op).reduce((total, { value }) => total + value, 0);
}

/** The interfaces of the process's network namespace. */
async function readInterfaces(pid: number): Promise<ReadonlyMap<string, InterfaceUsage>> {
  return interfacesOf(await readFile(`/proc/${pid}/net/dev`, 'utf8').catch(() => ''));
}

/** /proc/PID/net/dev: two lines of heading, then `name: bytes packets errs drop fifo frame compressed multicast …` twice. */
export function interfacesOf(table: string): ReadonlyMap<string, InterfaceUsage> {
  const lines = table.split('\n').slice(2);
  const found = lines.flatMap((line): [string, InterfaceUsage][] => {
    const [, name, rest] = /^\s*([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined || name === 'lo') return [];
    const figures = rest.trim().split(/\s+/).map(Number);
    return [[name, { received: traffic(figures, 0), sent: traffic(figures, 8) }]];
  });
  return new Map(found);
}

function traffic(figures: readonly number[], offset: number): TrafficFigures {
  const [bytes = 0, packets = 0, errors = 0, dropped = 0] = figures.slice(offset, offset + 4);
  return { bytes, packets, errors, dropped };
}
