import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Vif } from '../../../src/objects/index.js';
import { ip, route, subnet } from '../../unit/network/vifs.js';
import { deviceNames, GREETING, Guests, hostDevice, NEIGHBOUR, port, type Guest } from './guests.js';

describe('ports on a real engine and switch: changes', () => {
  let guests: Guests;

  before(async () => {
    guests = await Guests.open();
  });
  afterEach(() => guests.clear());
  after(() => guests.close());

  it('come and go while a server runs or is paused, and stay so after a restart', async () => {
    const one = await guests.make([]);
    await guests.start(one);
    match(await guests.said(one), /127\.0\.1\.1\tweb-1/);
    const [first, second] = [port(12), port(13, 79)];
    await guests.apply(one, [first, second]);
    match(await guests.inside(one, 'ip', '-o', 'addr'), /eth0 .* 10\.78\.0\.12\/24.*eth1 .* 10\.79\.0\.13\/24/s);
    equal(await guests.inside(one, 'nc', '-w', '3', NEIGHBOUR, '80'), GREETING);
    match(await guests.inside(one, 'cat', '/etc/hosts'), /10\.78\.0\.12\tweb-1/);
    await guests.machine.docker('pause', one.name);
    await guests.apply(one, [second]);
    await guests.machine.docker('unpause', one.name);
    deepEqual(deviceNames(await guests.inside(one, 'ip', '-o', 'link')), ['eth1', 'lo']);
    await guests.machine.docker('restart', '-t', '0', one.name);
    deepEqual(deviceNames(await guests.inside(one, 'ip', '-o', 'link')), ['eth1', 'lo']);
    await guests.apply(one, [second, first]);
    deepEqual(deviceNames(await guests.inside(one, 'ip', '-o', 'link')), ['eth0', 'eth1', 'lo']);
  });

  it('reach a stopped server when it starts, which answers nobody until then', async () => {
    const [first, second] = [port(8), port(9, 79)];
    const one = await guests.make([first]);
    await guests.start(one);
    equal(await guests.answers('10.78.0.8'), true);
    await guests.machine.docker('stop', '-t', '0', one.name);
    equal(await guests.answers('10.78.0.8'), false);
    await guests.apply(one, [first, second]);
    equal(await guests.answers('10.78.0.8'), false);
    await guests.start(one);
    equal(await guests.answers('10.78.0.8'), true);
    deepEqual(deviceNames(await guests.inside(one, 'ip', '-o', 'link')), ['eth0', 'eth1', 'lo']);
  });

  it('of addresses, routes and names are seen by a server that runs', async () => {
    const vif = port(14);
    const one = await guests.make([vif]);
    await guests.start(one);
    const both = subnet('10.78.0.0/24', ['10.78.0.14', '10.78.0.114'], { gateway: ip(NEIGHBOUR) });
    await guests.apply(one, [withSubnet(vif, both)]);
    const addresses = await guests.inside(one, 'ip', '-o', 'addr');
    match(addresses, /10\.78\.0\.14\/24.*10\.78\.0\.114\/24/s);
    equal(addresses.includes('fd00:78'), false);
    equal(await guests.answers('10.78.0.114'), true);
    const other = subnet('10.78.0.0/24', ['10.78.0.114'], {
      routes: [route('10.5.0.0/16', NEIGHBOUR)],
      dns: [ip('8.8.8.8')],
    });
    await guests.apply(one, [withSubnet(vif, other)]);
    equal((await guests.inside(one, 'ip', '-o', 'addr')).includes('10.78.0.14/24'), false);
    const routes = await guests.inside(one, 'ip', 'route');
    match(routes, /10\.5\.0\.0\/16 via 10\.78\.0\.1 dev eth0/);
    equal(routes.includes('default'), false);
    equal(await guests.inside(one, 'cat', '/etc/resolv.conf'), 'nameserver 8.8.8.8');
  });

  it('of the size of packets reach a server that runs, and stay over a restart', async () => {
    const vif = port(20);
    const resized = (mtu: number): Vif => ({ ...vif, network: vif.network && { ...vif.network, meta: { mtu } } });
    const one = await guests.make([vif]);
    await guests.start(one);
    for (const mtu of [1300, 1400]) {
      const both = new RegExp(`mtu ${mtu} `);
      await guests.apply(one, [resized(mtu)]);
      match(await guests.inside(one, 'ip', 'link', 'show', 'eth0'), both);
      match(await guests.machine.host('ip', 'link', 'show', hostDevice(vif)), both);
      await guests.machine.docker('restart', '-t', '0', one.name);
      match(await guests.inside(one, 'ip', 'link', 'show', 'eth0'), both);
      match(await guests.inside(one, 'ip', '-o', 'addr'), /fd00:78::14\/64/);
    }
  });

  it('that are asked for again are found done, and what got lost is made anew', async () => {
    const vif = port(15);
    const one = await guests.make([vif]);
    deepEqual(await guests.plug(one, [vif]), []);
    await guests.machine.ovs('del-port', hostDevice(vif));
    deepEqual(await guests.plug(one, [vif]), []);
    await guests.machine.host('ip', 'link', 'delete', hostDevice(vif));
    deepEqual(await guests.plug(one, [vif]), [vif.id]);
    await guests.start(one);
    await guests.reachedNeighbour(one);
    await guests.machine.docker('rm', '-f', one.name);
    await guests.machine.ports.remove(one.uuid);
    await guests.machine.ports.remove(one.uuid);
  });

  it('of names can be made in the server, too, and fill no disk of the host', async () => {
    const vif = port(19);
    const one = await guests.make([vif]);
    await guests.start(one);
    await guests.said(one);
    const sh = (script: string): Promise<string> => guests.inside(one, 'sh', '-c', script);
    await sh('echo 10.0.0.9 mine >> /etc/hosts');
    await guests.apply(one, [vif]);
    await guests.machine.docker('restart', '-t', '0', one.name);
    match(await sh('cat /etc/hosts'), /10\.78\.0\.19\tweb-1[^]*10\.0\.0\.9 mine/);
    for (const file of ['/etc/hosts', '/etc/resolv.conf', '/etc/hostname']) {
      const size = Number(await sh(`head -c 1000000 /dev/zero 2>/dev/null > ${file}; wc -c < ${file}`));
      equal(size <= 65_536, true, `${file} has ${size} bytes`);
    }
    const moved = subnet('10.78.0.0/24', ['10.78.0.119'], { gateway: ip(NEIGHBOUR), dns: [ip('8.8.8.8')] });
    await guests.apply(one, [withSubnet(vif, moved)]);
    equal((await sh('cat /etc/hosts')).endsWith('10.78.0.119\tweb-1'), true);
    equal(await sh('cat /etc/resolv.conf'), 'nameserver 8.8.8.8');
  });

  it('leave nothing behind, whenever the work on them is killed', async () => {
    for (const delayMs of [3, 6, 10, 15, 20, 30, 40, 60]) {
      const one = await guests.make([]);
      await guests.plug(one, [port(16), port(17, 79)], AbortSignal.timeout(delayMs)).catch(() => undefined);
      await guests.clear();
    }
  });

  it('of a server that is deleted without ports go with its container, whoever ends it', async () => {
    const { machine, empty } = guests;
    const one = await guests.make([]);
    await guests.start(one);
    await guests.said(one);
    await machine.ports.leave(one.uuid);
    await machine.docker('rm', '-f', one.name);
    deepEqual(await machine.inventory(), empty);
    await machine.ports.remove(one.uuid);
  });

  it('of a server that is deleted stay for who deletes them, and all of one that is not deleted after all', async () => {
    const { machine } = guests;
    const left = async (vifs: readonly Vif[], after = (_one: Guest): Promise<unknown> => Promise.resolve()) => {
      const one = await guests.make(vifs);
      await guests.start(one);
      await guests.said(one);
      await machine.ports.leave(one.uuid);
      await after(one);
      await machine.docker('rm', '-f', one.name);
      return (await machine.inventory()).filter((line) => line.endsWith(one.uuid));
    };
    equal((await left([port(21)])).length, 2);
    equal((await left([], (one) => guests.apply(one, []))).length, 2);
    equal((await left([], (one) => guests.plug(one, []))).length, 2);
  });

  it('can be taken away beside the end of the container that takes them along', async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      const one = await guests.make([]);
      await guests.start(one);
      await guests.said(one);
      await guests.machine.ports.leave(one.uuid);
      const ended = guests.machine.docker('rm', '-f', one.name);
      await pause(turn * 15);
      await Promise.all([ended, guests.machine.ports.remove(one.uuid)]);
      deepEqual(await guests.machine.inventory(), guests.empty);
    }
  });

  it('that are no sound plan keep the container from starting, with the reason', async () => {
    const one = await guests.make([port(18)]);
    const file = join(guests.machine.ports.folder(one.uuid).path, 'plan');
    const text = await readFile(file, 'utf8');
    const spoiled: [string, RegExp][] = [
      [text.replace(/^end -\n/m, ''), /plan is cut off: reboot the server/],
      [text.replace(/^plan 1/, 'plan 9'), /plan is of version 9.*run nova-compute-docker setup/],
      [text.replace('addr replace 10.78.0.18/24', 'addr replace 10.78.0.999/24'), /10\.78\.0\.999/],
    ];
    for (const [content, reason] of spoiled) {
      await writeFile(file, content);
      await rejects(guests.start(one), reason);
    }
    await writeFile(file, text);
    await guests.start(one);
    await guests.reachedNeighbour(one);
  });

  it('are no matter of other containers', async () => {
    const foreign = ['run', '--rm', '--runtime', 'nova', '--network', 'none', 'busybox', 'ip', '-o', 'link'];
    deepEqual(deviceNames(await guests.machine.docker(...foreign)), ['lo']);
  });
});

function withSubnet(vif: Vif, only: ReturnType<typeof subnet>): Vif {
  return { ...vif, network: vif.network === null ? null : { ...vif.network, subnets: [only] } };
}
