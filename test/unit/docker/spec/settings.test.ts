import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { ServiceError } from '../../../../src/errors/kinds.js';
import type { CreateOptions, HostConfig } from '../../../../src/docker/engine/wire.js';
import { SAFE_CAPABILITIES } from '../../../../src/docker/settings.js';
import { containerSpec } from '../../../../src/docker/spec/container.js';
import type { SpecHost } from '../../../../src/docker/spec/host.js';
import type { InstanceSettings } from '../../../../src/settings/catalogue.js';
import { SETTING_NAMES } from '../../../../src/settings/catalogue.js';
import { planOf, SETTINGS, type PlanChanges } from '../plans.js';

interface Host {
  readonly disk?: string | null;
  readonly lxcfs?: SpecHost['lxcfs'];
  readonly settings?: Partial<SpecHost['settings']>;
}

function specOf(settings: InstanceSettings, changes: PlanChanges = {}, host: Host = {}): CreateOptions {
  return containerSpec(planOf({ ...changes, settings }), {
    settings: { ...SETTINGS, runtime: 'nova', ...host.settings },
    engine: { cpus: 2, swapLimit: true, runtimes: ['runc', 'nova', 'kata'] },
    disk: host.disk ?? null,
    limitsRoot: false,
    lxcfs: host.lxcfs ?? [],
  });
}

const KIB = 1024;
const S = 1_000_000_000;

function checked(intervalS: number, startIntervalS: number): PlanChanges {
  return { defaults: { health: { intervalS, startIntervalS } } };
}

type Row = [settings: InstanceSettings, expected: Partial<CreateOptions>, host?: Host, changes?: PlanChanges];

describe('docker/spec: what is set', () => {
  const covered = new Set<string>();
  const rows: Row[] = [
    [{ command: ['a', 'b'] }, { Cmd: ['a', 'b'], Entrypoint: undefined }],
    [{ entrypoint: ['/init'] }, { Entrypoint: ['/init'], Cmd: undefined }],
    [
      { entrypoint: [], command: ['a'] },
      { Entrypoint: [], Cmd: ['a'] },
    ],
    [{ env: { A: '1', B: '' } }, { Env: ['A=1', 'B='] }],
    [{ user: '1000:100' }, { User: '1000:100' }],
    [{ workdir: '/srv' }, { WorkingDir: '/srv' }],
    [{ stop_signal: 'SIGINT' }, { StopSignal: 'SIGINT' }],
    [{ stop_timeout: 2.5 }, { StopTimeout: 3 }],
    [{ console: 'attach' }, { Tty: true, OpenStdin: true }],
    [{ console: 'shell' }, { Tty: undefined, OpenStdin: undefined }],
    [{ init: false }, { HostConfig: { Init: false } }],
    [{ healthcheck: ['NONE'] }, { Healthcheck: { Test: ['NONE'] } }],
    [{ healthcheck: ['CMD', '/ok'] }, { Healthcheck: { Test: ['CMD', '/ok'] } }],
    [{ healthcheck_interval: 0.5 }, { Healthcheck: { Interval: 500_000_000 } }],
    [{ healthcheck_timeout: 1 }, { Healthcheck: { Timeout: 1_000_000_000 } }],
    [{ healthcheck_start_period: 60 }, { Healthcheck: { StartPeriod: 60_000_000_000 } }],
    [{ healthcheck_retries: 3 }, { Healthcheck: { Retries: 3 } }],
    // An image that has itself checked all the time has the engine do it with the host's CPU.
    [{}, { Healthcheck: { Interval: S, StartInterval: S } }, {}, checked(0.001, -1)],
    [{ healthcheck_interval: 2 }, { Healthcheck: { Interval: 2 * S } }, {}, checked(0.001, 0)],
    [{}, { Healthcheck: undefined }, {}, checked(0, 1)],
    [
      { tmpfs: [{ path: '/run', sizeBytes: 4096, options: ['mode=755'] }] },
      { HostConfig: { Tmpfs: { '/run': 'size=4096,mode=755' } } },
    ],
    [{ read_only: true }, { HostConfig: { ReadonlyRootfs: true } }],
    [{ shm_size: KIB }, { HostConfig: { ShmSize: KIB } }],
    [
      { ulimit: { nofile: { soft: 10, hard: 20 }, core: { soft: -1, hard: -1 } } },
      {
        HostConfig: {
          Ulimits: [
            { Name: 'nofile', Soft: 10, Hard: 20 },
            { Name: 'core', Soft: -1, Hard: -1 },
          ],
        },
      },
    ],
    [{}, { HostConfig: { PidsLimit: 512, Ulimits: undefined } }],
    [{ pids_limit: 7 }, { HostConfig: { PidsLimit: 7 } }],
    [{ memory_reservation: KIB }, { HostConfig: { MemoryReservation: KIB } }],
    [{ memory_swappiness: 0 }, { HostConfig: { MemorySwappiness: 0 } }],
    [{ oom_score_adj: -500 }, { HostConfig: { OomScoreAdj: -500 } }],
    [{ sysctl: { 'net.core.somaxconn': '9' } }, { HostConfig: { Sysctls: { 'net.core.somaxconn': '9' } } }],
    [{ cap_add: ['SYS_TIME', 'CHOWN'] }, { HostConfig: { CapAdd: [...SAFE_CAPABILITIES, 'SYS_TIME'] } }],
    [{ cap_drop: ['CHOWN'] }, { HostConfig: { CapAdd: SAFE_CAPABILITIES.filter((one) => one !== 'CHOWN') } }],
    [{ cap_drop: ['ALL'], cap_add: ['KILL'] }, { HostConfig: { CapDrop: ['ALL'], CapAdd: ['KILL'] } }],
    [{ no_new_privileges: false }, { HostConfig: { SecurityOpt: [] } }],
    [{ privileged: true }, { HostConfig: { Privileged: true } }, { settings: { allowPrivileged: true } }],
    [{}, { HostConfig: { Privileged: false } }, { settings: { allowPrivileged: true } }],
    [
      { device: [{ hostPath: '/dev/fuse', guestPath: '/dev/fuse', access: 'rw' }] },
      { HostConfig: { Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rw' }] } },
      { settings: { allowedDevices: ['/dev/f*'] } },
    ],
    [{}, { HostConfig: { Runtime: 'nova' } }],
    [{ runtime: 'kata' }, { HostConfig: { Runtime: 'kata' } }, { settings: { allowedRuntimes: ['kata'] } }],
    [{ runtime: 'nova' }, { HostConfig: { Runtime: 'nova' } }],
    [{ cpu_shares: 10 }, { HostConfig: { CpuShares: 10 } }],
    [{ cpu_quota: 50_000 }, { HostConfig: { CpuPeriod: 100_000, CpuQuota: 100_000 } }, {}, { flavor: { vcpus: 2 } }],
    [{ cpu_period: 20_000 }, { HostConfig: { CpuPeriod: 20_000, CpuQuota: 40_000 } }, {}, { flavor: { vcpus: 2 } }],
    [{ cpu_quota: -1 }, { HostConfig: { CpuPeriod: undefined, CpuQuota: undefined } }],
    [{ cpu_quota: 5000 }, { HostConfig: { CpuQuota: 5000 } }, { settings: { cpuHardLimit: false } }],
    [{}, { HostConfig: { CpusetCpus: '0-1,4' } }, { settings: { sharedCpus: '0-1,4' } }],
    [
      { cpu_policy: 'dedicated' },
      { HostConfig: { CpusetCpus: '2,3', CpuQuota: undefined } },
      { settings: { sharedCpus: '0-1' } },
      { cpus: [2, 3] },
    ],
    [
      { disk_read_bytes_sec: 1, disk_write_bytes_sec: 2 },
      {
        HostConfig: {
          BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1 }],
          BlkioDeviceWriteBps: [{ Path: '/dev/sda', Rate: 2 }],
        },
      },
      { disk: '/dev/sda' },
    ],
    [
      { disk_read_iops_sec: 1, disk_total_iops_sec: 3 },
      {
        HostConfig: {
          BlkioDeviceReadIOps: [{ Path: '/dev/sda', Rate: 1 }],
          BlkioDeviceWriteIOps: [{ Path: '/dev/sda', Rate: 3 }],
        },
      },
      { disk: '/dev/sda' },
    ],
    [
      { disk_write_iops_sec: 4 },
      { HostConfig: { BlkioDeviceWriteIOps: [{ Path: '/dev/sda', Rate: 4 }] } },
      { disk: '/dev/sda' },
    ],
    [
      { disk_total_bytes_sec: 5 },
      {
        HostConfig: {
          BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 5 }],
          BlkioDeviceWriteBps: [{ Path: '/dev/sda', Rate: 5 }],
        },
      },
      { disk: '/dev/sda' },
    ],
    [
      {},
      {
        HostConfig: {
          Mounts: [
            { Type: 'bind', Source: '/state/hosts', Target: '/etc/hosts', ReadOnly: false },
            { Type: 'bind', Source: '/l/proc/uptime', Target: '/proc/uptime', ReadOnly: true },
          ],
        },
      },
      { lxcfs: [{ hostPath: '/l/proc/uptime', guestPath: '/proc/uptime', readOnly: true }] },
      { files: [{ hostPath: '/state/hosts', guestPath: '/etc/hosts' }] },
    ],
  ];
  for (const [settings, expected, host = {}, changes = {}] of rows) {
    for (const name of Object.keys(settings)) covered.add(name);
    it(`${JSON.stringify(settings)} gives ${JSON.stringify(expected)}`, () => {
      const { HostConfig: expectedHost = {}, ...expectedOptions } = expected;
      const { HostConfig: made = {}, ...options } = specOf(settings, changes, host);
      for (const [option, value] of Object.entries(expectedHost)) deepEqual(made[option as keyof HostConfig], value);
      for (const [option, value] of Object.entries(expectedOptions)) {
        deepEqual(options[option as keyof typeof options], value);
      }
    });
  }

  it('makes every setting work', () => {
    const elsewhere = ['oneshot', 'start_grace', 'label'];
    deepEqual(
      SETTING_NAMES.filter((name) => !covered.has(name) && !elsewhere.includes(name)),
      [],
    );
  });

  it('keeps our own labels, whatever is set', () => {
    const { Labels: labels = {} } = specOf({ label: { 'com.example': 'x', 'org.openstack.nova.host': 'stolen' } });
    equal(labels['com.example'], 'x');
    equal(labels['org.openstack.nova.host'], 'node-1');
  });

  it('takes a command in place of one that the image lacks', () => {
    deepEqual(specOf({ command: ['a'] }, { defaults: { command: [], entrypoint: [] } }).Cmd, ['a']);
    throws(() => specOf({ entrypoint: [] }, { defaults: { command: [], entrypoint: ['/init'] } }), /docker:command/);
  });

  const notHere: [what: string, settings: InstanceSettings, text: RegExp, host?: Host][] = [
    ['privileged ones', { privileged: true }, /allow_privileged/],
    ['a runtime that is not allowed', { runtime: 'kata' }, /kata is not in \[docker\] allowed_runtimes/],
    [
      'a runtime that the engine lacks',
      { runtime: 'gvisor' },
      /no runtime gvisor, it has runc, nova, kata/,
      { settings: { allowedRuntimes: ['gvisor'] } },
    ],
    [
      'a device that is not allowed',
      { device: [{ hostPath: '/dev/sda', guestPath: '/dev/sda', access: 'r' }] },
      /\/dev\/sda is not in/,
      { settings: { allowedDevices: ['/dev/fuse'] } },
    ],
    ['limits of a disk that there is not', { disk_read_iops_sec: 1 }, /limits the use of the disk/],
  ];
  for (const [what, settings, text, host = {}] of notHere) {
    it(`leaves ${what} to another host`, () => {
      throws(
        () => specOf(settings, {}, host),
        (error) => {
          ok(error instanceof ServiceError);
          equal(error.kind, 'Conflict');
          equal(error.nova?.name, 'ComputeResourcesUnavailable');
          return text.test(error.message);
        },
      );
    });
  }

  it('never lets an instance with CPUs of its own run without them', () => {
    throws(() => specOf({ cpu_policy: 'dedicated' }), /No CPUs were set aside/);
  });
});
