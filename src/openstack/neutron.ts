import type { RequestContext } from '../observe/context.js';
import type { RestCall } from './call.js';
import type { Session } from './session.js';
import { objectIn, objectsIn, type Json } from './shape.js';
import {
  networkOf,
  portOf,
  subnetOf,
  type NeutronNetwork,
  type NeutronPort,
  type NeutronSubnet,
} from './neutron-records.js';

/** On whose behalf and for how long. */
export interface NeutronCall {
  /** With the user's token of this context (our own where it has none); absent: as our service user. */
  readonly as?: RequestContext | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Filters of a list: a list of values means any of them. */
export type Filter = Readonly<Record<string, string | boolean | readonly string[]>>;

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
}

export interface FloatingIp {
  readonly address: string;
  readonly portId: string;
  readonly fixedAddress: string;
}

/** Neutron makes a network, its subnets and a router before it answers; Nova waits for that without end. */
const TOPOLOGY_MS = 600_000;

/**
 * Neutron v2.0, as thin as it can be; mirrors what nova/network/neutron.py (release 26) asks of it.
 * Everything throws what `Session.request` throws; `codeOf` gives Neutron's own word (IpAddressGenerationFailure …).
 */
export class Neutron {
  constructor(private readonly session: Session) {}

  async networks(filter: Filter, call: NeutronCall): Promise<readonly NeutronNetwork[]> {
    return (await this.#list('networks', filter, call)).map(networkOf);
  }

  async ports(filter: Filter, call: NeutronCall): Promise<readonly NeutronPort[]> {
    return (await this.#list('ports', filter, call)).map(portOf);
  }

  async subnets(filter: Filter, call: NeutronCall): Promise<readonly NeutronSubnet[]> {
    return (await this.#list('subnets', filter, call)).map(subnetOf);
  }

  /** The floating addresses of these ports; none where Neutron has no router service. */
  async floatingIps(portIds: readonly string[], call: NeutronCall): Promise<readonly FloatingIp[]> {
    const found = await this.#list('floatingips', { port_id: portIds }, call, [404]);
    return found.map((one) => ({
      address: String(one['floating_ip_address']),
      portId: String(one['port_id']),
      fixedAddress: String(one['fixed_ip_address']),
    }));
  }

  async securityGroups(projectId: string, call: NeutronCall): Promise<readonly SecurityGroup[]> {
    const found = await this.#list('security-groups', { fields: ['id', 'name'], tenant_id: projectId }, call);
    return found.map((one) => ({ id: String(one['id']), name: String(one['name']) }));
  }

  /** Aliases of the loaded extensions. */
  async extensions(call: NeutronCall): Promise<ReadonlySet<string>> {
    return new Set((await this.#list('extensions', { fields: ['alias'] }, call)).map((one) => String(one['alias'])));
  }

  /** Id of the network that Neutron makes for a project that has none. Throws Conflict when it can't. */
  async autoAllocatedNetwork(projectId: string, call: NeutronCall): Promise<string> {
    const path = `/auto-allocated-topology/${encodeURIComponent(projectId)}`;
    const request = { name: 'topology.get', method: 'GET', path, patienceMs: TOPOLOGY_MS } as const;
    const body = await this.#one({ ...request, ...call }, 'auto_allocated_topology');
    return String(body['id']);
  }

  async port(id: string, call: NeutronCall): Promise<NeutronPort> {
    return portOf(await this.#one({ name: 'port.get', method: 'GET', path: portPath(id), ...call }, 'port'));
  }

  async createPort(port: Json, call: NeutronCall): Promise<NeutronPort> {
    const request = { name: 'port.create', method: 'POST', path: '/ports', body: { port } } as const;
    return portOf(await this.#one({ ...request, ...call }, 'port'));
  }

  async updatePort(id: string, port: Json, call: NeutronCall): Promise<NeutronPort> {
    const request = { name: 'port.update', method: 'PUT', path: portPath(id), body: { port } } as const;
    return portOf(await this.#one({ ...request, ...call }, 'port'));
  }

  /** A port that is gone is fine. */
  async deletePort(id: string, call: NeutronCall): Promise<void> {
    await this.session.request({ name: 'port.delete', method: 'DELETE', path: portPath(id), accept: [404], ...call });
  }

  /**
   * Makes the binding that a port has to this host the one that counts (extension binding-extended). False: there is no
   * such binding, or it is the active one already.
   */
  async activateBinding(id: string, host: string, call: NeutronCall): Promise<boolean> {
    const path = `${bindingPath(id, host)}/activate`;
    const request = { name: 'binding.activate', method: 'PUT', path, accept: [404, 409] } as const;
    const { status } = await this.session.request({ ...request, ...call });
    return status < 300;
  }

  /** Removes a port's binding to this host; none is fine. The active one must not be removed so. */
  async deleteBinding(id: string, host: string, call: NeutronCall): Promise<void> {
    const path = bindingPath(id, host);
    await this.session.request({ name: 'binding.delete', method: 'DELETE', path, accept: [404], ...call });
  }

  async #one(call: RestCall, key: string): Promise<Json> {
    const { body } = await this.session.request(call);
    return objectIn(objectIn(body, call.name)[key], call.name);
  }

  async #list(
    what: string,
    filter: Filter,
    call: NeutronCall,
    accept: readonly number[] = [],
  ): Promise<readonly Json[]> {
    const name = `${what}.list`;
    const request = { name, method: 'GET', path: `/${what}${queryOf(filter)}`, accept, ...call } as const;
    const { body, status } = await this.session.request(request);
    return status >= 300 ? [] : objectsIn(objectIn(body, name)[what.replace('-', '_')], name);
  }
}

function portPath(id: string): string {
  return `/ports/${encodeURIComponent(id)}`;
}

function bindingPath(id: string, host: string): string {
  return `${portPath(id)}/bindings/${encodeURIComponent(host)}`;
}

function queryOf(filter: Filter): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) query.append(key, String(one));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
