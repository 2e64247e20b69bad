import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Vif } from '../../../src/objects/index.js';
import { Guests, hostDevice, NEIGHBOUR, port, until, type Guest } from './guests.js';

const BRIDGE = 'brq-silent';

const onBridge = (vif: Vif, portFilter: boolean): Vif => ({
  ...vif,
  type: 'bridge',
  details: { port_filter: portFilter },
  network: vif.network && { ...vif.network, bridge: BRIDGE },
});

const hybrid = (vif: Vif): Vif => ({ ...vif, details: { ...vif.details, ovs_hybrid_plug: true } });

describe('ports on a real engine and switch: of servers that stand still', function () {
  let guests: Guests;

  before(async () => {
    guests = await Guests.open();
  });
  afterEach(async () => {
    await guests.machine.host('ip', 'link', 'delete', BRIDGE).catch(() => undefined);
    await guests.clear();
  });
  after(() => guests.close());

  const isMuted = ({ uuid }: Guest): boolean => existsSync(join(guests.machine.ports.folder(uuid).path, 'muted'));

  async function freeze({ name, uuid }: Guest): Promise<void> {
    await guests.machine.docker('pause', name);
    await guests.machine.ports.mute(uuid);
  }

  async function thaw({ name, uuid }: Guest): Promise<void> {
    await guests.machine.ports.unmute(uuid);
    await guests.machine.docker('unpause', name);
  }

  /** A bridge takes up to a second to see that a port of it is up. */
  const answersSoon = async (address: string): Promise<void> =>
    void (await until(async () => String(await guests.answers(address)), /true/));

  /** All that a pause must not change in it. */
  async function network(guest: Guest): Promise<string> {
    const seen = await guests.inside(guest, 'sh', '-c', 'ip -o addr | grep -v " lo "; ip route; ip -6 route');
    return seen.replaceAll(/ (valid_lft|preferred_lft|expires) \S+/g, '');
  }

  it('answer nobody, and everybody as before when they go on; the switch sees nothing of it', async () => {
    const vif = port(30);
    const one = await guests.make([vif]);
    await guests.start(one);
    await guests.reachedNeighbour(one);
    const switchPort = () => guests.machine.ovs('get', 'Interface', hostDevice(vif), 'ofport', '_uuid');
    const before = [await network(one), await switchPort()];
    for (let turn = 0; turn < 3; turn += 1) {
      await freeze(one);
      deepEqual([await guests.answers('10.78.0.30'), await guests.answers('fd00:78::1e')], [false, false]);
      deepEqual(guests.machine.ports.muted(), [one.uuid]);
      await thaw(one);
      deepEqual([await guests.answers('10.78.0.30'), await guests.answers('fd00:78::1e')], [true, true]);
      deepEqual([await network(one), await switchPort()], before);
    }
    match(await guests.inside(one, 'nc', '-w', '3', NEIGHBOUR, '80'), /answers/);
    equal(isMuted(one), false);
  });

  const elsewhere: readonly [string, Vif][] = [
    ['behind a bridge of its own on the switch', hybrid(port(31))],
    ['on a Linux bridge', onBridge(port(32), false)],
    ['on a Linux bridge, behind rules', onBridge(port(33), true)],
  ];
  for (const [where, vif] of elsewhere) {
    it(`are silent ${where}, too`, async () => {
      const { machine } = guests;
      const address = vif.network?.subnets[0]?.ips[0]?.address ?? '';
      const chain = 'neutron-linuxbri-FORWARD';
      await machine.host('iptables', '-N', chain);
      try {
        await machine.host('iptables', '-A', chain, '-m', 'physdev', '--physdev-in', hostDevice(vif));
        const one = await guests.make([vif]);
        if (vif.type === 'bridge') await machine.host('ip', 'addr', 'add', '10.78.0.2/32', 'dev', BRIDGE);
        if (vif.type === 'bridge') await machine.host('ip', 'route', 'add', `${address}/32`, 'dev', BRIDGE);
        await guests.start(one);
        await guests.said(one);
        // What an agent does about it.
        if (vif.type === 'ovs') await machine.ovs('clear', 'Port', hostDevice(vif).replace('tap', 'qvo'), 'tag');
        await answersSoon(address);
        const before = await network(one);
        await freeze(one);
        equal(await guests.answers(address), false);
        await guests.apply(one, [vif]);
        equal(await guests.answers(address), false);
        await thaw(one);
        await answersSoon(address);
        equal(await network(one), before);
      } finally {
        await machine.host('iptables', '-F', chain);
        await machine.host('iptables', '-X', chain);
      }
    });
  }

  it('stay silent while ports and addresses change, until they go on', async () => {
    const [first, second] = [port(34), port(35)];
    const one = await guests.make([first]);
    await guests.start(one);
    await guests.said(one);
    await freeze(one);
    await guests.apply(one, [first, second]);
    await guests.plug(one, [first, second]);
    deepEqual([await guests.answers('10.78.0.34'), await guests.answers('10.78.0.35')], [false, false]);
    await thaw(one);
    deepEqual([await guests.answers('10.78.0.34'), await guests.answers('10.78.0.35')], [true, true]);
  });

  it('answer again when their container starts anew, whoever starts it', async () => {
    const one = await guests.make([port(36)]);
    await guests.start(one);
    await guests.said(one);
    await freeze(one);
    await guests.machine.docker('restart', '-t', '0', one.name);
    await guests.reachedNeighbour(one, 2);
    deepEqual([await guests.answers('10.78.0.36'), isMuted(one)], [true, false]);
    await freeze(one);
    await guests.machine.stopEngine('SIGTERM');
    await guests.machine.startEngine();
    await guests.start(one);
    await guests.reachedNeighbour(one, 3);
    deepEqual([await guests.answers('10.78.0.36'), isMuted(one)], [true, false]);
  });

  it('are silent, or are not, when it is done again', async () => {
    const one = await guests.make([port(37)]);
    const none = await guests.make([]);
    await guests.start(one);
    await guests.said(one);
    await freeze(one);
    await guests.machine.ports.mute(one.uuid);
    equal(await guests.answers('10.78.0.37'), false);
    await thaw(one);
    await guests.machine.ports.unmute(one.uuid);
    equal(await guests.answers('10.78.0.37'), true);
    await guests.machine.ports.mute(none.uuid);
    await guests.machine.ports.unmute(none.uuid);
    // There is nothing of this one on the host.
    await guests.machine.ports.mute(guests.machine.newUuid());
    deepEqual(guests.machine.ports.muted(), []);
  });

  it('are known to be in the container that our runtime started, and in no other', async () => {
    const { machine } = guests;
    const idOf = ({ name }: Guest) => machine.docker('inspect', '--format', '{{.Id}}', name);
    const one = await guests.make([port(38)]);
    await guests.start(one);
    equal(machine.ports.holds(one.uuid, await idOf(one)), true);
    await machine.docker('rm', '-f', one.name);
    const other = await guests.make([port(39)], 'runc');
    await guests.start(other);
    equal(machine.ports.holds(other.uuid, await idOf(other)), false);
    const without = await guests.make([], 'runc');
    await guests.start(without);
    equal(machine.ports.holds(without.uuid, await idOf(without)), true);
    await rejects(guests.inside(other, 'ip', 'link', 'show', 'eth0'));
  });
});
