import { deepEqual } from 'node:assert/strict';
import { limitsUpdate } from '../../../../src/docker/containers/limit.js';
import { planOf, SETTINGS } from '../plans.js';

const MIB = 1024 * 1024;
const engine = { cpus: 4, swapLimit: true, runtimes: [] };

describe('docker/containers/limit', () => {
  it('names the limits that a container is not to have any more as well', () => {
    const settings = { ...SETTINGS, cpuHardLimit: false };
    deepEqual(limitsUpdate(planOf(), { settings, engine, disk: null, limitsRoot: false, lxcfs: [] }), {
      ...{ Memory: 64 * MIB, MemorySwap: 64 * MIB, MemoryReservation: 64 * MIB, PidsLimit: 512 },
      ...{ CpuShares: 1024, CpuQuota: -1, CpusetCpus: '0-3' },
    });
  });

  it('says nothing of what an engine does not change', () => {
    const plan = planOf({
      settings: { ulimit: { nofile: { soft: 1, hard: 1 } }, memory_swappiness: 3, oom_score_adj: 5 },
    });
    const update = limitsUpdate(plan, { settings: SETTINGS, engine, disk: null, limitsRoot: false, lxcfs: [] });
    deepEqual(Object.keys(update).toSorted(), [
      ...['CpuPeriod', 'CpuQuota', 'CpuShares', 'CpusetCpus'],
      ...['Memory', 'MemoryReservation', 'MemorySwap', 'PidsLimit'],
    ]);
  });

  it('compares memory with swap also where the kernel does not account it', () => {
    const update = limitsUpdate(planOf(), {
      settings: SETTINGS,
      engine: { ...engine, swapLimit: false },
      disk: null,
      limitsRoot: false,
      lxcfs: [],
    });
    deepEqual(update.MemorySwap, 64 * MIB);
  });
});
