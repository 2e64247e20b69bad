import { deepEqual, equal, throws } from 'node:assert/strict';
import { ServiceError } from '../../../../src/errors/kinds.js';
import type { CreateOptions, HostConfig } from '../../../../src/docker/engine/wire.js';
import { LABEL } from '../../../../src/docker/labels.js';
import { SAFE_CAPABILITIES, type ContainerSettings } from '../../../../src/docker/settings.js';
import { containerSpec } from '../../../../src/docker/spec/container.js';
import { joinFragments } from '../../../../src/docker/spec/fragment.js';
import { SETTINGS, UUID, planOf, type PlanChanges } from '../plans.js';

const MIB = 1024 * 1024;

function specOf(changes: PlanChanges = {}, settings: Partial<ContainerSettings> = {}, swapLimit = true): CreateOptions {
  const engine = { cpus: 2, swapLimit, runtimes: ['runc', 'nova'] };
  return containerSpec(planOf(changes), {
    settings: { ...SETTINGS, ...settings },
    engine,
    disk: null,
    limitsRoot: false,
    lxcfs: [],
  });
}

describe('docker/spec', () => {
  it('is this, for a small instance', () => {
    deepEqual(specOf(), {
      Image: 'nova-image/image-1:sha512-00',
      Hostname: 'web-1',
      Labels: {
        [LABEL.instanceUuid]: UUID,
        [LABEL.projectId]: 'project-1',
        [LABEL.host]: 'node-1',
        [LABEL.role]: 'main',
        [LABEL.format]: '1',
      },
      StopTimeout: 10,
      NetworkDisabled: true,
      HostConfig: {
        Init: true,
        RestartPolicy: { Name: 'no' },
        Memory: 64 * MIB,
        MemorySwap: 64 * MIB,
        CpuShares: 1024,
        CpuPeriod: 100_000,
        CpuQuota: 100_000,
        Privileged: false,
        CapDrop: ['ALL'],
        CapAdd: [...SAFE_CAPABILITIES],
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: 512,
        NetworkMode: 'none',
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10485760', 'max-file': '2' } },
      },
    });
  });

  const rows: [what: string, PlanChanges, Partial<ContainerSettings>, Partial<HostConfig>][] = [
    ['swap', { flavor: { swapMb: 512 } }, {}, { Memory: 64 * MIB, MemorySwap: 576 * MIB }],
    ['more vcpus than a host has', { flavor: { vcpus: 64 } }, {}, { CpuShares: 65_536, CpuQuota: 6_400_000 }],
    ['more shares than there are', { flavor: { vcpus: 400 } }, {}, { CpuShares: 262_144 }],
    ['no hard limit', {}, { cpuHardLimit: false }, { CpuQuota: undefined, CpuPeriod: undefined }],
    ['init left out', { settings: { init: false } }, {}, { Init: false }],
    ['init asked for', { settings: { init: true } }, {}, { Init: true }],
    ['a runtime', {}, { runtime: 'nova' }, { Runtime: 'nova' }],
    ['setuid programs allowed', {}, { noNewPrivileges: false }, { SecurityOpt: [] }],
    ['other capabilities', {}, { capabilities: ['CHOWN'] }, { CapDrop: ['ALL'], CapAdd: ['CHOWN'] }],
  ];
  for (const [what, changes, settings, expected] of rows) {
    it(`knows ${what}`, () => {
      const { HostConfig: made = {} } = specOf(changes, settings);
      for (const [option, value] of Object.entries(expected))
        deepEqual(made[option as keyof HostConfig], value, option);
    });
  }

  it('says nothing of swap where the kernel does not account it', () => {
    equal('MemorySwap' in (specOf({}, {}, false).HostConfig ?? {}), false);
  });

  for (const [hostname, expected] of [
    ['a'.repeat(80), 'a'.repeat(63)],
    [`${'a'.repeat(62)}-tail`, 'a'.repeat(62)],
    ['web', 'web'],
  ] as const) {
    it(`gives the host name ${hostname.slice(0, 70)} as the kernel takes it`, () => {
      equal(specOf({ hostname }).Hostname, expected);
    });
  }

  it('refuses an image that names no command, with what to do', () => {
    throws(
      () => specOf({ defaults: { command: [], entrypoint: [] } }),
      (error) =>
        error instanceof ServiceError &&
        error.kind === 'Invalid' &&
        error.nova?.name === 'ImageUnacceptable' &&
        /CMD or ENTRYPOINT/.test(error.message),
    );
    equal(specOf({ defaults: { command: [], entrypoint: ['/init'] } }).Hostname, 'web-1');
  });

  it('lets no two fragments speak of one option', () => {
    throws(() => joinFragments([{ HostConfig: { Memory: 1 } }, { HostConfig: { Memory: 2 } }]), /Memory/);
    throws(() => joinFragments([{ Hostname: 'a' }, { Hostname: 'b' }]), /Hostname/);
  });
});
