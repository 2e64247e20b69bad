import sinon from 'sinon';
import type { AttachRequest, NetworkSubject } from '../../../../src/compute/ports/networks.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { InstanceNetworks } from '../../../../src/network/networks.js';
import type { NetworksParts } from '../../../../src/network/parts.js';
import { plus } from '../../../../src/network/shares/share.js';
import type { Vif } from '../../../../src/objects/index.js';
import { networkOf, portOf } from '../../../../src/openstack/neutron-records.js';
import type { Json } from '../../../../src/openstack/shape.js';
import type { Share, Shares } from '../../../../src/openstack/shares.js';
import { adminContext } from '../../../../src/oslo/index.js';
import { fakeConductor } from '../../compute/fake-conductor.js';
import { HOST, makeInstance, silent, UUID } from '../../compute/parts.js';
import { vif } from '../vifs.js';
import { BANDWIDTH, BRIDGE, NODE, PACKETS, PORT, portJson, SWITCH, TRAITS } from './ports.js';

export const FIRST = 'bbbbbbbb-0000-4000-8000-000000000009';

/** What the flavor and the port that the server was made with hold; the latter of the same bridge. */
export const BEFORE: Share = new Map<string, Record<string, number>>([
  [NODE, { VCPU: 1 }],
  [BRIDGE, { NET_BW_IGR_KILOBIT_PER_SEC: 1000 }],
]);

const instance = makeInstance();
const conductor = fakeConductor([], instance);

export class Killed extends Error {}

/** Neutron, Placement and Nova's records of one server, which remember, and a service that can be killed at any call. */
export class World {
  readonly ports = new Map<string, Json>();
  held: Share = BEFORE;
  cache: readonly Vif[] = [vif({ id: FIRST, preserve_on_delete: true })];
  /** Calls until the service is killed; after the call has had its effect, or before. */
  fuse = Infinity;
  hasEffect = true;
  /** Refuses this call. */
  fails: string | undefined;
  calls = 0;

  constructor(request: unknown) {
    const [bandwidth] = (request as { request_groups: readonly unknown[] }).request_groups;
    const first = { request_groups: [bandwidth] };
    const allocation = { [BANDWIDTH]: BRIDGE };
    const bound = { id: FIRST, device_id: UUID, resource_request: first, 'binding:profile': { allocation } };
    this.ports.set(FIRST, portJson(bound));
    this.ports.set(PORT, portJson({ resource_request: request, 'binding:profile': { capabilities: ['x'] } }));
  }

  attach(attempt = 1): Promise<readonly Vif[]> {
    const wish = { portId: PORT, networkId: null, address: null, tag: null, isRepeated: attempt > 1 };
    return this.#service().attach({ ...this.#subject(), ...wish } satisfies AttachRequest);
  }

  detach(): Promise<void> {
    return this.#service().detach(this.#subject(), PORT);
  }

  /** Somebody deletes it in Neutron. */
  async vanish(): Promise<void> {
    const profile = this.ports.get(PORT)?.['binding:profile'] as Json;
    this.ports.delete(PORT);
    this.cache = this.cache.map((one) => (one.id === PORT ? { ...one, profile } : one));
    await this.#service().portVanished(this.#subject(), PORT);
  }

  bind(): Promise<readonly Vif[]> {
    return this.#service().bind(this.#subject(), 'held');
  }

  get allocation(): unknown {
    return (this.ports.get(PORT)?.['binding:profile'] as Json)['allocation'];
  }

  async #call<T>(name: string, effect: () => T): Promise<T> {
    await Promise.resolve();
    if (this.fuse <= 0) throw new Killed();
    if (this.fails === name) throw new ServiceError('Unavailable', `no ${name}`);
    this.calls += 1;
    this.fuse -= 1;
    if (this.fuse > 0) return effect();
    if (this.hasEffect) effect();
    throw new Killed();
  }

  #subject(): NetworkSubject {
    const networks = {
      ...conductor.networks,
      cache: () => this.#call('cache', () => this.cache),
      saveCache: (_uuid: string, vifs: readonly Vif[]) =>
        this.#call('saveCache', () => {
          this.cache = vifs;
        }),
      add: () => this.#call('row.add', () => undefined),
      remove: () => this.#call('row.remove', () => undefined),
    };
    const { signal } = new AbortController();
    return { instance, conductor: { ...conductor, networks }, context: adminContext(UUID, new Date(0)), signal };
  }

  /** A new one, as after its start. */
  #service(): InstanceNetworks {
    const nothing = sinon.stub().resolves();
    const parts = {
      neutron: this.#neutron(),
      shares: this.#placement(),
      nodeUuid: () => NODE,
      facts: {
        networks: () => Promise.resolve(new Map()),
        forget: () => undefined,
        vifs: ({ ports }: { ports: readonly { id: string }[] }) =>
          Promise.resolve(ports.map(({ id }) => vif({ id, preserve_on_delete: true }))),
      },
      extensions: { has: () => Promise.resolve(false) },
      host: HOST,
      ports: { applyIfPlugged: () => this.#call('apply', () => undefined), plug: nothing, apply: nothing },
      log: silent,
    };
    return new InstanceNetworks(parts as unknown as NetworksParts);
  }

  #neutron() {
    const found = (filter: Readonly<Record<string, unknown>>) =>
      [...this.ports.values()].filter((one) => Object.entries(filter).every(([key, value]) => one[key] === value));
    return {
      networks: () => Promise.resolve([networkOf({ id: 'network-1', subnets: ['subnet-1'] })]),
      securityGroups: () => Promise.resolve([]),
      port: (id: string) => this.#call('port.get', () => portOf(this.ports.get(id) ?? {})),
      ports: (filter: Readonly<Record<string, unknown>>) => this.#call('ports.list', () => found(filter).map(portOf)),
      updatePort: (id: string, changes: Json) =>
        this.#call('port.update', () => {
          const now = { ...this.ports.get(id), ...changes };
          this.ports.set(id, now);
          return portOf(now);
        }),
    };
  }

  #placement(): Shares {
    return {
      held: () => this.#call('held', () => this.held),
      traits: (provider) => this.#call('traits', () => TRAITS.get(provider) ?? new Set()),
      change: (_uuid, change) =>
        this.#call('change', () => {
          this.held = change(this.held);
        }),
      candidate: ({ groups }) =>
        this.#call('candidate', () => {
          const of = (id: string): string => (id === BANDWIDTH ? BRIDGE : SWITCH);
          const share = groups.map(({ id, resources }): Share => new Map([[of(id), resources]]));
          const providers = new Map(groups.map(({ id }) => [id, [of(id)]]));
          return { share: share.reduce<Share>(plus, new Map()), providers };
        }),
    };
  }
}

/** What the server holds with the port besides. */
export function heldWith(share: Share): Share {
  return plus(BEFORE, share);
}

export const PORTS_SHARE: Share = new Map<string, Record<string, number>>([
  [BRIDGE, { NET_BW_IGR_KILOBIT_PER_SEC: 1000 }],
  [SWITCH, { NET_PACKET_RATE_KILOPACKET_PER_SEC: 100 }],
]);

export const PROVIDERS = { [BANDWIDTH]: BRIDGE, [PACKETS]: SWITCH };
