import { deepEqual, throws } from 'node:assert/strict';
import { ephemeralMounts } from '../../../../src/docker/spec/ephemeral.js';
import { files } from '../../../../src/docker/spec/files.js';
import { planOf, SETTINGS } from '../plans.js';

const host = (unlimitedRootDisk: 'warn' | 'refuse' = 'warn') => ({
  ...{ settings: { ...SETTINGS, unlimitedRootDisk }, engine: { cpus: 2, swapLimit: true, runtimes: [] } },
  ...{ disk: null, limitsRoot: true, lxcfs: [] },
});

describe('docker/spec: ephemeral disks', () => {
  it('are anonymous volumes; only what was carried gets what the image has', () => {
    const mounts = ephemeralMounts(planOf({ ephemeralDisks: ['blank', 'carried'] }), host());
    deepEqual(
      mounts.map(({ Type, Source, Target, VolumeOptions }) => [Type, Source, Target, VolumeOptions?.NoCopy]),
      [
        ['volume', '', '/ephemeral0', true],
        ['volume', '', '/ephemeral1', false],
      ],
    );
  });

  it('are mounted beside the files of the host', () => {
    const plan = planOf({ ephemeralDisks: ['blank'], files: [{ hostPath: '/h', guestPath: '/g' }] });
    const { HostConfig } = files(plan, host());
    deepEqual(
      HostConfig?.Mounts?.map(({ Type, Target }) => [Type, Target]),
      [
        ['bind', '/g'],
        ['volume', '/ephemeral0'],
      ],
    );
    deepEqual(files(planOf(), host('refuse')).HostConfig, {});
  });

  it('are not to be had where what is not bounded is refused: no storage bounds volumes', () => {
    const plan = planOf({ ephemeralDisks: ['blank'], flavor: { ephemeralGb: 7 } });
    throws(() => ephemeralMounts(plan, host('refuse')), { kind: 'Conflict', message: /ephemeral disks have 7 GB/ });
  });
});
