import { deepEqual, equal } from 'node:assert/strict';
import { diskUnder } from '../../../../src/docker/host/disk.js';
import { lxcfsFiles } from '../../../../src/docker/host/lxcfs.js';
import type { HostSystem } from '../../../../src/docker/host/system.js';
import { remappedRoot } from '../../../../src/docker/remapped-root.js';
import { unobserved } from '../../../../src/observe/calls.js';

/** A machine made of a few texts: files, links, folders (their names between spaces) and device numbers. */
function machine(parts: {
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, string>>;
  readonly devices?: Readonly<Record<string, string>>;
}): HostSystem {
  const find = (from: Readonly<Record<string, string>> = {}, path: string): Promise<string> => {
    const found = from[path];
    return found === undefined
      ? Promise.reject(Object.assign(new Error(`no ${path}`), { code: 'ENOENT' }))
      : Promise.resolve(found);
  };
  return {
    deviceOf: (path) => find(parts.devices, path),
    readText: (path) => find(parts.files, path),
    realPath: (path) => find(parts.links, path),
    list: async (path) => (await find(parts.folders, path)).split(' '),
    observer: unobserved,
  };
}

const SDA = '/sys/devices/pci/block/sda';
const disk = {
  links: { '/sys/dev/block/8:1': `${SDA}/sda1`, '/sys/dev/block/8:0': SDA },
  folders: { [`${SDA}/sda1`]: 'partition uevent', [SDA]: 'sda1 uevent' },
  files: { [`${SDA}/uevent`]: 'MAJOR=8\nDEVNAME=sda\nDEVTYPE=disk\n', [`${SDA}/sda1/uevent`]: 'DEVNAME=sda1\n' },
};

describe('docker/host', () => {
  it('finds the whole disk of a partition, and of a disk', async () => {
    equal(await diskUnder('/var/lib/docker', machine({ ...disk, devices: { '/var/lib/docker': '8:1' } })), '/dev/sda');
    equal(await diskUnder('/d', machine({ ...disk, devices: { '/d': '8:0' } })), '/dev/sda');
  });

  it('finds it by the mount where a file system has a number of its own', async () => {
    const mountinfo = [
      '1 0 0:20 / / rw - overlay overlay rw',
      '2 1 0:30 / /srv/a\\040b rw shared:1 - btrfs /dev/sda1 rw',
      '3 1 0:31 / /srv/a\\040b/net rw - nfs4 server:/x rw',
    ].join('\n');
    const files = { ...disk.files, '/proc/self/mountinfo': mountinfo };
    const devices = { '/srv/a b/docker': '0:30', '/dev/sda1': '8:1', '/srv/a b/net/d': '0:31', '/x': '0:20' };
    const system = machine({ ...disk, files, devices });
    equal(await diskUnder('/srv/a b/docker', system), '/dev/sda');
    equal(await diskUnder('/srv/a b/net/d', system), null);
    equal(await diskUnder('/x', system), null);
  });

  it('knows when there is none', async () => {
    equal(await diskUnder('/nowhere', machine({})), null);
    equal(await diskUnder('/d', machine({ devices: { '/d': '9:9' } })), null);
  });

  it('takes from lxcfs what may be mounted, when it runs', async () => {
    const folders = {
      '/lxcfs/proc': 'uptime cpuinfo pressure slabinfo',
      '/lxcfs/sys/devices/system/cpu': 'online possible online',
    };
    deepEqual(await lxcfsFiles('/lxcfs', machine({ folders })), [
      { hostPath: '/lxcfs/proc/cpuinfo', guestPath: '/proc/cpuinfo', readOnly: true },
      { hostPath: '/lxcfs/proc/uptime', guestPath: '/proc/uptime', readOnly: true },
      {
        hostPath: '/lxcfs/sys/devices/system/cpu/online',
        guestPath: '/sys/devices/system/cpu/online',
        readOnly: true,
      },
    ]);
    deepEqual(await lxcfsFiles('/lxcfs', machine({})), []);
    deepEqual(await lxcfsFiles('', machine({ folders })), []);
  });

  it('knows whose root’s files are where users are mapped', () => {
    deepEqual(remappedRoot('/var/lib/docker/100000.100001'), { uid: 100000, gid: 100001 });
    equal(remappedRoot('/var/lib/docker'), undefined);
  });
});
