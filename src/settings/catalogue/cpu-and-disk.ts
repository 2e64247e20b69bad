import { BadSetting } from '../bad-setting.js';
import { COUNT, single } from '../setting.js';
import { readInteger } from '../values.js';

/** `dedicated`: whole CPUs of the host for this instance alone. */
export type CpuPolicy = 'shared' | 'dedicated';

const count = { measure: { unit: COUNT, of: (amount: number) => amount } };

/** Kernel limits of the CPU controller. */
const MOST_SHARES = 262_144;
const SHORTEST_PERIOD_US = 1000;
const LONGEST_PERIOD_US = 1_000_000;

function quota(name: string, read: (text: string) => number) {
  return single(read, { ...count, alsoCalled: { flavor: [`quota:${name}`] } });
}

const rate = readInteger(1);

/** Nova's own extra specs (nova/api/validation/extra_specs/{hw,quota}.py, release 26), as far as a container has them. */
export const cpuAndDiskSettings = {
  /** Under a name of ours the scheduler would not see it, and CPUs of one's own would be had without PCPU in Placement. */
  cpu_policy: single(readCpuPolicy, {
    alsoCalled: { flavor: ['hw:cpu_policy'], image: ['hw_cpu_policy'] },
    novasOnly: true,
  }),
  cpu_shares: quota('cpu_shares', readInteger(2, MOST_SHARES)),
  cpu_period: quota('cpu_period', readInteger(SHORTEST_PERIOD_US, LONGEST_PERIOD_US)),
  /** Of each vCPU, as libvirt has it; -1 is none. */
  cpu_quota: quota('cpu_quota', readQuota),
  disk_read_bytes_sec: quota('disk_read_bytes_sec', rate),
  disk_write_bytes_sec: quota('disk_write_bytes_sec', rate),
  disk_total_bytes_sec: quota('disk_total_bytes_sec', rate),
  disk_read_iops_sec: quota('disk_read_iops_sec', rate),
  disk_write_iops_sec: quota('disk_write_iops_sec', rate),
  disk_total_iops_sec: quota('disk_total_iops_sec', rate),
};

function readCpuPolicy(text: string): CpuPolicy {
  const word = text.trim().toLowerCase();
  if (word === 'shared' || word === 'dedicated') return word;
  throw new BadSetting('expected shared or dedicated; a mix of both is not possible with containers');
}

function readQuota(text: string): number {
  return text.trim() === '-1' ? -1 : readInteger(SHORTEST_PERIOD_US)(text);
}
