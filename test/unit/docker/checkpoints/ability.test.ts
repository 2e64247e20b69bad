import assert from 'node:assert/strict';
import { failsAs } from '../failures.js';
import { withWorld, type Host } from './world.js';

describe('docker/checkpoints: ability', () => {
  it('a good host tells what it is', () =>
    withWorld(async ({ checkpoints, signal }) => {
      assert.deepEqual(await checkpoints.ability(signal), {
        ...{ engine: '20.10.24', criu: '4.2.1', kernel: '6.18.44', cpuFlags: ['avx2', 'fpu', 'sse'] },
      });
    }));

  const bad: [string, (host: Host) => void, RegExp][] = [
    ['switched off', (host) => (host.isOn = false), /switched off \(\[docker\] live_migration\)/],
    ['without criu', (host) => (host.criu = undefined), /criu is not installed/],
    ['without iptables', (host) => delete host.files['/usr/sbin/iptables'], /iptables is not installed/],
    ['old criu', (host) => (host.criu = '4.1.1'), /criu 4\.1\.1 can't write sockets on Linux 6\.18\.44/],
    [
      'options',
      (host) => (host.files['/etc/criu/runc.conf'] = '#tcp-established\nfile-locks'),
      /lacks tcp-established\./,
    ],
    ['no options', (host) => delete host.files['/etc/criu/runc.conf'], /lacks tcp-established and file-locks/],
    ['plain engine', (host) => delete host.info['ExperimentalBuild'], /not experimental/],
    ['new engine', (host) => (host.info['ServerVersion'] = '28.5.2'), /engine 28\.5\.2 can't start/],
    ['engine 25', (host) => (host.info['ServerVersion'] = '25.0.1'), /engine 25\.0\.1 can't start/],
    ['users', (host) => (host.info['DockerRootDir'] = '/var/lib/docker/100000.100000'), /maps users/],
    ['linked init', (host) => (host.links['/usr/bin/tini-static'] = '/opt/tini'), /tini-static, is a link/],
    ['no init', (host) => (host.info['InitBinary'] = 'docker-init'), /init was not found/],
    ['two', (host) => ((host.criu = undefined), delete host.info['ExperimentalBuild']), /installed; the engine is not/],
  ];
  for (const [what, take, text] of bad) {
    it(`not: ${what}`, () =>
      withWorld(async ({ checkpoints, host, signal }) => {
        take(host);
        await assert.rejects(checkpoints.ability(signal), failsAs('Unsupported', text));
      }));
  }

  const good: [string, (host: Host) => void][] = [
    ['criu 3.17.1 on Linux 6.1', (host) => ((host.criu = '3.17.1'), (host.info['KernelVersion'] = '6.1.0-50-amd64'))],
    ['criu 4.1.1 on Linux 6.15', (host) => ((host.criu = '4.1.1'), (host.info['KernelVersion'] = '6.15.2'))],
    ['criu 4.10 on Linux 7.0', (host) => ((host.criu = '4.10'), (host.info['KernelVersion'] = '7.0'))],
    ['engine 26.1.5', (host) => (host.info['ServerVersion'] = '26.1.5+dfsg1')],
    [
      'an init that the engine finds',
      (host) => {
        host.info['InitBinary'] = 'docker-init';
        host.files['/usr/libexec/docker/docker-init'] = '';
      },
    ],
    [
      'an init in a folder that is a link',
      (host) => {
        host.info['InitBinary'] = '/bin/tini-static';
        host.files['/bin/tini-static'] = '';
        host.links['/bin'] = '/usr/bin';
        host.links['/bin/tini-static'] = '/usr/bin/tini-static';
      },
    ],
  ];
  for (const [what, change] of good) {
    it(`also: ${what}`, () =>
      withWorld(async ({ checkpoints, host, signal }) => {
        change(host);
        await checkpoints.ability(signal);
      }));
  }
});
