import type { Vif } from '../../objects/index.js';
import type { FloatingIp, Neutron, NeutronCall } from '../../openstack/neutron.js';
import type { NeutronNetwork, NeutronPort, NeutronSubnet } from '../../openstack/neutron-records.js';
import { INFRASTRUCTURE_OWNERS, vifOf } from './vif.js';

/** One network with what is on it. */
interface KnownNetwork {
  readonly network: NeutronNetwork;
  readonly subnets: readonly NeutronSubnet[];
  readonly infrastructure: readonly NeutronPort[];
}

export interface FactsParts {
  readonly neutron: Neutron;
  /** `[neutron] ovs_bridge` */
  readonly ovsBridge: string;
  readonly nowMs: () => number;
}

/** So long a network is taken to be as it was: many boots on one network ask once. */
const KNOWN_FOR_MS = 5000;

export interface VifsRequest {
  readonly ports: readonly NeutronPort[];
  /** Ports that outlive the instance. */
  readonly preserved: ReadonlySet<string>;
  /** False for ports that are too young to have any. */
  readonly hasFloatingIps: boolean;
}

/** Brings together what Neutron knows about ports, with as few questions as will do; asked as our service user. */
export class NetworkFacts {
  readonly #known = new Map<string, { readonly atMs: number; readonly found: Promise<KnownNetwork | undefined> }>();

  constructor(private readonly parts: FactsParts) {}

  /** The ports as entries of Nova's cache, in the order given. */
  async vifs(request: VifsRequest, call: NeutronCall): Promise<readonly Vif[]> {
    const { ports, preserved } = request;
    const ids = ports.map(({ id }) => id);
    const [networks, floatingIps] = await Promise.all([
      this.#networksOf(ports),
      this.#floatingIps(request.hasFloatingIps ? ids : [], call),
    ]);
    return ports.flatMap((port) => {
      const found = networks.get(port.networkId);
      if (found === undefined) return [];
      const options = { ovsBridge: this.parts.ovsBridge, preserveOnDelete: preserved.has(port.id) };
      return [vifOf({ port, ...found, floatingIps }, options)];
    });
  }

  /** The ports' networks; one that got a subnet since it was asked for is asked for again. */
  async #networksOf(ports: readonly NeutronPort[]): Promise<ReadonlyMap<string, KnownNetwork>> {
    const ids = ports.map(({ networkId }) => networkId);
    const known = await this.networks(ids);
    const outdated = ports.filter(({ networkId, fixedIps }) => {
      const subnets = known.get(networkId)?.subnets ?? [];
      return fixedIps.some(({ subnetId }) => !subnets.some(({ id }) => id === subnetId));
    });
    if (outdated.length === 0) return known;
    this.forget(outdated.map(({ networkId }) => networkId));
    return this.networks(ids);
  }

  /** These networks, asked for unless they are known; what Neutron does not have is left out. */
  async networks(ids: readonly string[]): Promise<ReadonlyMap<string, KnownNetwork>> {
    const wanted = [...new Set(ids)];
    const oldest = this.parts.nowMs() - KNOWN_FOR_MS;
    for (const [id, { atMs }] of this.#known) if (atMs < oldest) this.#known.delete(id);
    const missing = wanted.filter((id) => !this.#known.has(id));
    if (missing.length > 0) this.#ask(missing);
    const found = await Promise.all(wanted.map(async (id) => this.#known.get(id)?.found));
    return new Map(found.flatMap((one) => (one === undefined ? [] : [[one.network.id, one]])));
  }

  /** From here on these networks are asked for again. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#known.delete(id);
  }

  /** Who asks for the same while the answer is on its way waits for that one; so it ends with nobody's signal. */
  #ask(ids: readonly string[]): void {
    const { neutron, nowMs } = this.parts;
    const answers = Promise.all([
      neutron.networks({ id: ids }, {}),
      neutron.subnets({ network_id: ids }, {}),
      neutron.ports({ network_id: ids, device_owner: INFRASTRUCTURE_OWNERS }, {}),
    ]);
    for (const id of ids) {
      const found = answers.then(([networks, subnets, infrastructure]) => {
        const on = <T extends { readonly networkId: string }>(all: readonly T[]) =>
          all.filter(({ networkId }) => networkId === id);
        const network = networks.find((one) => one.id === id);
        return network === undefined
          ? undefined
          : { network, subnets: on(subnets), infrastructure: on(infrastructure) };
      });
      const entry = { atMs: nowMs(), found };
      this.#known.set(id, entry);
      const forget = (): void => {
        if (this.#known.get(id) === entry) this.#known.delete(id);
      };
      found.then((one) => {
        if (one === undefined || !isSettled(one)) forget();
      }, forget);
    }
  }

  async #floatingIps(portIds: readonly string[], call: NeutronCall): Promise<readonly FloatingIp[]> {
    return portIds.length === 0 ? [] : this.parts.neutron.floatingIps(portIds, call);
  }
}

/** The DHCP agent of a new network is still to come: such a picture is not kept. */
function isSettled({ subnets, infrastructure }: KnownNetwork): boolean {
  return infrastructure.length > 0 || !subnets.some(({ isDhcpEnabled }) => isDhcpEnabled);
}
