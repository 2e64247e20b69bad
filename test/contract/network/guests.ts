import { equal, match } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CreateOptions } from '../../../src/docker/engine/wire.js';
import { network } from '../../../src/docker/spec/network.js';
import type { Vif } from '../../../src/objects/index.js';
import { ip, subnet, vif } from '../../unit/network/vifs.js';
import { Machine } from './machine.js';

export const NEIGHBOUR = '10.78.0.1';
export const NEIGHBOUR6 = 'fd00:78::1';
export const GREETING = 'neighbour answers';

/** What a server's first instructions say: what there is, and whom they reach. */
const FIRST = [
  'ip -o addr; ip route; ip -6 route',
  `nc -w 3 ${NEIGHBOUR} 80; nc -w 3 ${NEIGHBOUR6} 80`,
  'cat /etc/resolv.conf /etc/hosts; echo that is all; exec sleep 1000',
].join(';');

/** A port of a switch that nobody wires: reachable as soon as it is plugged. */
const OPEN = { port_filter: true, datapath_type: 'netdev' };

export function port(last: number, network = 78, details: Vif['details'] = OPEN): Vif {
  const hex = last.toString(16).padStart(2, '0');
  return vif({
    id: randomUUID(),
    address: `fa:16:3e:00:${network.toString(16)}:${hex}`,
    details,
    subnets: [
      subnet(`10.${network}.0.0/24`, [`10.${network}.0.${last}`], {
        gateway: ip(`10.${network}.0.1`),
        dns: [ip('9.9.9.9')],
      }),
      subnet(`fd00:${network}::/64`, [`fd00:${network}::${hex}`], { gateway: ip(`fd00:${network}::1`) }),
    ],
  });
}

export interface Guest {
  readonly uuid: string;
  /** The container's. */
  readonly name: string;
}

/** Instances with ports on a machine with somebody to talk to. */
export class Guests {
  readonly #made: Guest[] = [];

  private constructor(
    readonly machine: Machine,
    readonly empty: readonly string[],
  ) {}

  static async open(engineOptions: Readonly<Record<string, unknown>> = {}): Promise<Guests> {
    const machine = await Machine.start(engineOptions);
    await machine.ovs('add-port', 'br-int', 'there', '--', 'set', 'Interface', 'there', 'type=internal');
    await machine.host('ip', 'addr', 'add', `${NEIGHBOUR}/24`, 'dev', 'there');
    await machine.host('ip', 'addr', 'add', `${NEIGHBOUR6}/64`, 'dev', 'there', 'nodad');
    await machine.host('ip', 'link', 'set', 'there', 'mtu', '1450', 'up');
    await machine.serve('socat', 'TCP6-LISTEN:80,fork,reuseaddr', `SYSTEM:echo ${GREETING}`);
    return new Guests(machine, await machine.inventory());
  }

  /** Ports plugged, container made and not started. */
  async make(vifs: readonly Vif[], runtime = 'nova'): Promise<Guest> {
    const guest = await this.plugged(vifs);
    await this.create(guest, runtime);
    return guest;
  }

  /** As `make`, but with a network namespace that the engine keeps, too: so were they made once. */
  async makeOld(vifs: readonly Vif[]): Promise<Guest> {
    const guest = await this.plugged(vifs);
    await this.create(guest, 'nova', { NetworkDisabled: false });
    return guest;
  }

  /** Without a container. */
  async plugged(vifs: readonly Vif[]): Promise<Guest> {
    const uuid = this.machine.newUuid();
    const guest = { uuid, name: `nova-${uuid}` };
    this.#made.push(guest);
    await this.plug(guest, vifs);
    return guest;
  }

  /** Container made before its ports, whose start will wait for them. */
  async makeHeld(): Promise<Guest> {
    const uuid = this.machine.newUuid();
    const guest = { uuid, name: `nova-${uuid}` };
    this.#made.push(guest);
    equal(await this.machine.ports.holdStart(uuid, this.machine.runtime), true);
    await this.create(guest, 'nova');
    return guest;
  }

  /** Its container alone. */
  async create({ uuid, name }: Guest, runtime: string, more: CreateOptions = {}): Promise<void> {
    const { names } = this.machine.ports.folder(uuid);
    const Binds = Object.entries(names).map(([at, source]) => `${source}:${at}`);
    const { HostConfig: host, ...rest } = network();
    const HostConfig = { ...host, Binds, Runtime: runtime, Init: true, CapDrop: ['ALL'] };
    const Cmd = ['sh', '-c', FIRST];
    await this.machine.engine.createContainer({ name, Image: 'busybox', Cmd, ...rest, ...more, HostConfig });
  }

  async plug({ uuid }: Guest, vifs: readonly Vif[], signal?: AbortSignal): Promise<readonly string[]> {
    return this.machine.ports.plug({ instanceUuid: uuid, hostname: 'web-1', vifs }, signal);
  }

  async apply({ uuid }: Guest, vifs: readonly Vif[]): Promise<void> {
    await this.machine.ports.apply({ instanceUuid: uuid, hostname: 'web-1', vifs });
  }

  async start({ name }: Guest): Promise<void> {
    await this.machine.docker('start', name);
  }

  async inside({ name }: Guest, ...command: readonly string[]): Promise<string> {
    return this.machine.docker('exec', name, ...command);
  }

  /** All that its first instructions said, once they have run so many times. */
  async said({ name }: Guest, times = 1): Promise<string> {
    return until(() => this.machine.docker('logs', name), new RegExp(`(that is all.*){${times}}`, 's'));
  }

  /** Each of the first instructions so far has reached its neighbour over both families. */
  async reachedNeighbour(guest: Guest, times = 1): Promise<void> {
    const said = await this.said(guest, times);
    equal(said.split(GREETING).length - 1, 2 * times);
  }

  async answers(address: string): Promise<boolean> {
    const ping = this.machine.host('busybox', 'ping', '-c', '1', '-W', '1', address);
    return ping.then(
      () => true,
      () => false,
    );
  }

  /** Deletes every instance; nothing of them is left. */
  async clear(): Promise<void> {
    for (const guest of this.#made.splice(0)) {
      await this.machine
        .docker('rm', '-f', guest.name)
        .catch((error: Error) => match(error.message, /No such container/));
      await this.machine.ports.remove(guest.uuid);
    }
    equal((await this.machine.inventory()).join('\n'), this.empty.join('\n'));
  }

  async close(): Promise<void> {
    await this.machine.remove();
  }
}

export function hostDevice({ id }: Vif): string {
  return `tap${id}`.slice(0, 14);
}

/** Names in what `ip -o link` prints. */
export function deviceNames(links: string): readonly string[] {
  return [...links.matchAll(/^\d+: ([a-z0-9]+)/gm)].map(([, name = '']) => name).sort();
}

export async function until(look: () => Promise<string>, wanted: RegExp): Promise<string> {
  let seen = '';
  for (let tries = 0; tries < 200; tries += 1) {
    seen = await look();
    if (wanted.test(seen)) return seen;
    await pause(50);
  }
  throw new Error(`${wanted} did not come; last seen: ${seen}`);
}
