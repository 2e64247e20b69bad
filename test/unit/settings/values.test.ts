import { deepEqual, throws } from 'node:assert/strict';
import type { InstanceSettings, SettingName } from '../../../src/settings/catalogue.js';
import { resolved } from './shipped.js';

/** What a flavor sets by this text. */
function read(name: string, text: string): unknown {
  const key = name === 'cpu_policy' ? 'hw:cpu_policy' : `docker:${name}`;
  const values: InstanceSettings = resolved({ flavor: { [key]: text } }).values;
  const [base = '', member] = name.split(':');
  const value = values[base as SettingName];
  return member === undefined ? value : (value as Record<string, unknown>)[member];
}

const M = 2 ** 20;

describe('settings: what texts mean', () => {
  const rows: [name: string, text: string, value: unknown][] = [
    ['command', 'nginx -g "daemon off;"', ['nginx', '-g', 'daemon off;']],
    ['entrypoint', '[]', []],
    ['env:PATH', '/bin:/sbin', '/bin:/sbin'],
    ['env:EMPTY', '', ''],
    ['user', '1000:1000', '1000:1000'],
    ['user', 'www-data', 'www-data'],
    ['workdir', '/srv//app/', '/srv/app'],
    ['stop_signal', 'term', 'SIGTERM'],
    ['stop_signal', 'SIGRTMIN+3', 'SIGRTMIN+3'],
    ['stop_signal', '15', '15'],
    ['stop_signal', '37', '37'],
    ['stop_timeout', '1.5', 1.5],
    ['stop_timeout', '2m', 120],
    ['init', 'no', false],
    ['oneshot', 'True', true],
    ['console', 'Attach', 'attach'],
    ['start_grace', '500ms', 0.5],
    ['healthcheck', 'none', ['NONE']],
    ['healthcheck', 'curl -f localhost || exit 1', ['CMD-SHELL', 'curl -f localhost || exit 1']],
    ['healthcheck', '["/health", "-q"]', ['CMD', '/health', '-q']],
    ['healthcheck_retries', '3', 3],
    ['tmpfs', '/run:size=16m,mode=755', [{ path: '/run', sizeBytes: 16 * M, options: ['mode=755'] }]],
    ['tmpfs', '/tmp', [{ path: '/tmp', sizeBytes: 64 * M, options: [] }]],
    ['shm_size', '128M', 128 * M],
    ['read_only', 'on', true],
    ['ulimit:nofile', '1024:2048', { soft: 1024, hard: 2048 }],
    ['ulimit:core', 'unlimited', { soft: -1, hard: -1 }],
    ['ulimit:memlock', '64k', { soft: 65_536, hard: 65_536 }],
    ['pids_limit', '100', 100],
    ['sysctl:net.core.somaxconn', ' 1024 ', '1024'],
    ['label:com.example.team', 'blue', 'blue'],
    ['cap_add', 'cap_net_admin, SYS_TIME', ['NET_ADMIN', 'SYS_TIME']],
    ['cap_drop', 'all', ['ALL']],
    ['device', '/dev/fuse', [{ hostPath: '/dev/fuse', guestPath: '/dev/fuse', access: 'rwm' }]],
    ['device', '/dev/sdb:/dev/data:rw', [{ hostPath: '/dev/sdb', guestPath: '/dev/data', access: 'rw' }]],
    ['cpu_policy', 'Dedicated', 'dedicated'],
    ['cpu_quota', '-1', -1],
    ['disk_read_bytes_sec', '1048576', M],
  ];
  for (const [name, text, value] of rows) {
    it(`${name} = ${JSON.stringify(text)}`, () => {
      deepEqual(read(name, text), value);
    });
  }

  const refused: [name: string, ...texts: string[]][] = [
    ['command', '"open'],
    ['env:1A', 'x'],
    ['env:A B', 'x'],
    ['env:A', 'a\0b'],
    ['user', 'a b', '-x', 'a:b:c', '../x'],
    ['workdir', 'relative', '/a/../b', '/a/./b'],
    ['stop_signal', 'SIGNOTHING', '0', '65', 'SIGRTMIN+16', '-1'],
    ['stop_timeout', '-1', 'soon', 'Infinity'],
    ['init', 'maybe'],
    ['console', 'vnc'],
    ['tmpfs', '/', '/proc', '/proc/sys', '/sys/x', '/dev', '/dev/shm', '/config-drive', '/a /a', '/a:size=x'],
    ['tmpfs', '/a:suid', '/a:dev', '/a:mode=9', '/a:size=0', '/a:size=0k', '/a,/b', '//proc'],
    ['shm_size', '-1', '1.5g', '9999999999t'],
    ['ulimit:nofile', '20:10', '1:2:3', 'a', '', '-2'],
    ['ulimit:nothing', '1'],
    ['pids_limit', '0', '-1', '1.5'],
    ['memory_swappiness', '101'],
    ['sysctl:kernel.panic', '1'],
    ['sysctl:net.x', 'a\nb'],
    ['sysctl:net/../kernel', 'a'],
    ['label:org.openstack.nova.host', 'x'],
    ['cap_add', 'SYS_EVERYTHING'],
    ['device', '/etc/passwd', '/dev/../etc', '/dev/a:/etc/b', '/dev/a:/dev/b:x', '/dev/a:/dev/b:rw:z', 'fuse'],
    ['runtime', 'a b', '/bin/sh'],
    ['cpu_policy', 'mixed'],
    ['cpu_shares', '1', '262145'],
    ['cpu_quota', '999', '-2'],
    ['cpu_period', '1', '1000001'],
    ['disk_write_iops_sec', '0'],
  ];
  for (const [name, ...texts] of refused) {
    for (const text of texts) {
      it(`refuses ${name} = ${JSON.stringify(text)}`, () => {
        throws(() => read(name, text), { name: 'ServiceError', kind: 'Invalid' });
      });
    }
  }
});
