import { deepEqual, equal, match } from 'node:assert/strict';
import { join } from 'node:path';
import type { Vif } from '../../../src/objects/index.js';
import { Guests, hostDevice, port, until, type Guest } from './guests.js';
import { run } from './machine.js';

describe('ports on a real engine and switch: in the first instruction', () => {
  let guests: Guests;

  before(async () => {
    guests = await Guests.open();
  });
  afterEach(() => guests.clear());
  after(() => guests.close());

  it('with names, addresses, routes, nameservers, and a way out', async () => {
    const one = await guests.make([port(5), port(6, 79)]);
    await guests.start(one);
    const said = await guests.said(one);
    match(said, /eth0 .* 10\.78\.0\.5\/24/);
    match(said, /eth0 .* fd00:78::5\/64/);
    match(said, /eth1 .* 10\.79\.0\.6\/24/);
    match(said, /default via 10\.78\.0\.1 dev eth0/);
    match(said, /default via fd00:78::1 dev eth0/);
    match(said, /nameserver 9\.9\.9\.9/);
    match(said, /10\.78\.0\.5\tweb-1/);
    match(await guests.inside(one, 'ip', 'link'), /eth0.*mtu 1450[^\n]*\n\s+link\/ether fa:16:3e:00:4e:05/);
    await guests.reachedNeighbour(one);
  });

  it('of a container with a sandbox of the engine, as earlier ones were made', async () => {
    const one = await guests.makeOld([port(8)]);
    await guests.start(one);
    await guests.reachedNeighbour(one);
    await guests.machine.docker('restart', '-t', '0', one.name);
    await guests.reachedNeighbour(one, 2);
  });

  it('after every kind of restart, while the port of the switch stays as it is', async () => {
    const vif = port(7);
    const one = await guests.make([vif]);
    const { machine } = guests;
    const switchPort = () => machine.ovs('get', 'Interface', hostDevice(vif), 'ofport', '_uuid');
    let times = 0;
    const cameUp = async (): Promise<void> => {
      times += 1;
      await guests.reachedNeighbour(one, times);
    };
    await guests.start(one);
    await cameUp();
    const before = await switchPort();
    for (let turn = 1; turn <= 10; turn += 1) {
      await machine.docker('restart', '-t', '0', one.name);
      await cameUp();
    }
    await machine.docker('stop', '-t', '0', one.name);
    await guests.start(one);
    await cameUp();
    await machine.docker('kill', one.name);
    await guests.start(one);
    await cameUp();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await machine.stopEngine(signal);
      await machine.startEngine();
      await guests.start(one);
      if (signal === 'SIGTERM') await cameUp();
    }
    equal(await switchPort(), before);
  });

  it('after a reboot of the host, without us', async () => {
    const one = await guests.make([port(10)]);
    await guests.start(one);
    await guests.said(one);
    await guests.machine.docker('stop', '-t', '0', one.name);
    // What a reboot leaves: the folder, the container, the database of the switch.
    await run(['ip', 'netns', 'delete', `nova-${one.uuid}`]);
    await run(['umount', join(guests.machine.ports.folder(one.uuid).path, 'names')]);
    await until(() => guests.machine.host('ip', '-o', 'link'), /^(?!.*tap)/s);
    await guests.start(one);
    await guests.reachedNeighbour(one, 2);
    match(await guests.inside(one, 'cat', '/etc/hosts', '/etc/hostname'), /10\.78\.0\.10\tweb-1\n.*web-1\nweb-1$/);
  });

  const remade: readonly [string, (one: Guest, vif: Vif) => Promise<void>][] = [
    ['by its start', () => Promise.resolve()],
    ['before its start', (one, vif) => guests.apply(one, [vif])],
  ];
  for (const [when, prepare] of remade) {
    it(`when an agent has wired the port again, which was made anew ${when}; until then it is dead`, async () => {
      const vif = port(11, 78, { port_filter: true, datapath_type: 'netdev', bound_drivers: { '0': 'openvswitch' } });
      const one = await guests.make([vif]);
      const { machine } = guests;
      equal(await machine.ovs('get', 'Port', hostDevice(vif), 'tag'), '4095');
      const since = await machine.ovs('get', 'Port', hostDevice(vif), '_uuid');
      await run(['ip', 'netns', 'delete', `nova-${one.uuid}`]);
      await prepare(one, vif);
      let started = false;
      const starting = guests.start(one).then(() => {
        started = true;
      });
      const port4095 = () => machine.ovs('--if-exists', 'get', 'Port', hostDevice(vif), '_uuid', 'tag');
      await until(port4095, new RegExp(`^(?!${since})[0-9a-f-]+\\n4095$`));
      // It is in the container, which the runtime goes on holding.
      const kept = () => machine.host('ip', '-n', `nova-${one.uuid}`, '-o', 'link').catch(() => '');
      await until(kept, /^(?![^]*eth0)/);
      // (Not by asking the engine, which answers when it has started.)
      for (let turn = 0; turn < 5; turn += 1) await port4095();
      equal(started, false);
      await machine.ovs('clear', 'Port', hostDevice(vif), 'tag', '--', 'set', 'Port', hostDevice(vif), 'tag=0');
      await starting;
      await guests.reachedNeighbour(one);
    });
  }

  it('on a Linux bridge when the agent has rules for the port; until then it is down', async () => {
    const { machine } = guests;
    const plain = port(21, 90, { port_filter: true });
    const vif: Vif = { ...plain, type: 'bridge', network: plain.network && { ...plain.network, bridge: 'brq0' } };
    const chain = 'neutron-linuxbri-FORWARD';
    const tap = hostDevice(vif);
    const rule = (device: string) => machine.host('iptables', '-A', chain, '-m', 'physdev', '--physdev-in', device);
    const isUp = async () => (await machine.host('ip', '-o', 'link', 'show', 'dev', tap, 'up')) !== '';
    const one = await guests.make([vif]);
    await machine.host('ip', 'addr', 'add', '10.90.0.1/24', 'dev', 'brq0');
    await machine.host('iptables', '-N', chain);
    await rule(`${tap}0`);
    let started = false;
    const starting = guests.start(one).then(() => {
      started = true;
    });
    await until(() => run(['cat', `${machine.ports.folder(one.uuid).path}/applied`]), /^end/m);
    deepEqual([started, await isUp()], [false, false]);
    await rule(tap);
    await starting;
    deepEqual([await isUp(), await guests.answers('10.90.0.21')], [true, true]);
    // Nobody there in time: it starts, and nobody reaches it before there are rules.
    await machine.docker('stop', '-t', '0', one.name);
    await run(['ip', 'netns', 'delete', `nova-${one.uuid}`]);
    await machine.host('iptables', '-F', chain);
    await guests.start(one);
    deepEqual([await isUp(), await guests.answers('10.90.0.21')], [false, false]);
    await rule(tap);
    await guests.apply(one, [vif]);
    deepEqual([await isUp(), await guests.answers('10.90.0.21')], [true, true]);
    await machine.host('iptables', '-F', chain);
    await machine.host('iptables', '-X', chain);
    await machine.host('ip', 'link', 'delete', 'brq0');
  });
});
