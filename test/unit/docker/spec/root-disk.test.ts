import { deepEqual, equal, throws } from 'node:assert/strict';
import { canLimitRoot } from '../../../../src/docker/host/root-quota.js';
import type { HostSystem } from '../../../../src/docker/host/system.js';
import { rootDisk } from '../../../../src/docker/spec/root-disk.js';
import { unobserved } from '../../../../src/observe/calls.js';
import { planOf, SETTINGS } from '../plans.js';

const engine = { cpus: 2, swapLimit: true, runtimes: [] };

function host(limitsRoot: boolean, unlimitedRootDisk: 'warn' | 'refuse' = 'warn') {
  return { settings: { ...SETTINGS, unlimitedRootDisk }, engine, disk: null, limitsRoot, lxcfs: [] };
}

function systemWith(mountinfo: string): HostSystem {
  const none = (): Promise<never> => Promise.reject(new Error('not asked for'));
  return {
    deviceOf: none,
    realPath: none,
    list: none,
    readText: () => Promise.resolve(mountinfo),
    observer: unobserved,
  };
}

const mounts = (docker: string): string =>
  [
    '22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw,errors=remount-ro',
    `30 22 8:17 / /var/lib/docker rw - ${docker}`,
  ].join('\n');

describe('docker/spec: the root disk', () => {
  it("is bounded by the flavor's size where the engine can", () => {
    deepEqual(rootDisk(planOf(), host(true)).HostConfig, { StorageOpt: { size: '1G' } });
  });

  it('is not bounded, or not to be had, where it can not', () => {
    deepEqual(rootDisk(planOf(), host(false)), {});
    throws(() => rootDisk(planOf(), host(false, 'refuse')), { kind: 'Conflict', message: /root disk has 1 GB/ });
  });

  const cases: [string, string, boolean][] = [
    ['overlay2', 'xfs /dev/sdb1 rw,attr2,inode64,prjquota', true],
    ['overlay2', 'xfs /dev/sdb1 rw,attr2,inode64,noquota', false],
    ['overlay2', 'ext4 /dev/sdb1 rw,prjquota', false],
    ['btrfs', 'btrfs /dev/sdb1 rw', true],
    ['vfs', 'xfs /dev/sdb1 rw,prjquota', false],
  ];
  for (const [driver, mount, expected] of cases) {
    it(`${driver} on ${mount}: ${expected ? 'can' : 'can not'}`, async () => {
      equal(await canLimitRoot(driver, '/var/lib/docker', systemWith(mounts(mount))), expected);
    });
  }
});
