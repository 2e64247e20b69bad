import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { busyboxArchive } from '../../../tools/plane/openstack/base-image.js';
import type { Account, Rest } from '../../../tools/plane/openstack/rest.js';
import { enterSpace } from '../../../tools/plane/machine/space.js';
import { openPlane, type OpenPlane } from '../../../tools/plane/open.js';
import { firstHost } from '../../../tools/plane/plane.js';
import { ovsVsctl } from '../../../tools/plane/services/openvswitch.js';

/** Says what network there is, goes out, and then answers on port 80: all from its first instruction on. */
const PROBE = [
  'echo "== first instruction"',
  'ip -o addr',
  'ip route',
  // Not wget: busybox's static one looks names up with libraries that it does not have.
  'printf "GET /latest/meta-data/instance-id HTTP/1.0\\r\\n\\r\\n" | nc -w 30 169.254.169.254 80; echo " = metadata"',
  'cat /etc/resolv.conf /etc/hosts',
  'mkdir -p /tmp/www && hostname > /tmp/www/index.html',
  'echo "== serving"',
  'exec httpd -f -p 80 -h /tmp/www',
].join('; ');

export interface Server {
  readonly id: string;
  readonly status: string;
  readonly addresses: Readonly<Record<string, readonly { addr: string; version: number; 'OS-EXT-IPS:type': string }[]>>;
  readonly fault?: { readonly message: string };
}

export interface Port {
  readonly id: string;
  readonly status: string;
  readonly mac_address: string;
  readonly device_id: string;
  readonly device_owner: string;
  readonly network_id: string;
  readonly fixed_ips: readonly { readonly ip_address: string; readonly subnet_id: string }[];
  readonly security_groups: readonly string[];
  readonly revision_number: number;
  readonly dns_name: string;
  readonly 'binding:host_id': string;
  readonly 'binding:vif_type': string;
}

export interface Network {
  readonly id: string;
  readonly subnetId: string;
}

/** How a server is asked for; networks as the API wants them. */
export interface ServerWish {
  readonly networks: unknown;
  readonly as?: Account;
  readonly securityGroups?: readonly string[];
}

/** A plane with real agents, and what tests of networks do with it. Everything made is deleted at the end. */
export class Cloud {
  readonly open: OpenPlane;
  readonly admin: Rest;
  readonly demo: Rest;
  readonly #undo: (() => Promise<unknown>)[] = [];
  #image = '';
  #flavor = '';

  private constructor() {
    this.open = openPlane();
    this.admin = this.open.rest('admin');
    this.demo = this.open.rest('demo');
  }

  static async enter(): Promise<Cloud> {
    const cloud = new Cloud();
    cloud.#image = await cloud.#probeImage();
    const { flavors } = await cloud.admin.get<{ flavors: { id: string; name: string }[] }>('compute', '/flavors');
    cloud.#flavor = flavors.find(({ name }) => name === 'm1.nano')?.id ?? '';
    return cloud;
  }

  /** Asks for a server; ACTIVE or ERROR when this ends. */
  async boot(wish: ServerWish): Promise<Server> {
    const id = await this.request(wish);
    return this.settled(id, wish.as);
  }

  /** Asks for a server and does not wait. */
  async request({ networks, as = 'admin', securityGroups }: ServerWish): Promise<string> {
    const server = {
      name: `probe-${this.#undo.length}`,
      imageRef: this.#image,
      flavorRef: this.#flavor,
      networks,
      ...(securityGroups === undefined ? {} : { security_groups: securityGroups.map((name) => ({ name })) }),
    };
    const made = await this[as].post<{ server: { id: string } }>(
      'compute',
      '/servers',
      { server },
      { microversion: '2.60' },
    );
    const { id } = made.server;
    this.#undo.push(() => this.delete(id));
    return id;
  }

  /** The server when it is being built no more. */
  async settled(id: string, as: Account = 'admin'): Promise<Server> {
    await this.built([id]);
    return this.server(id, as);
  }

  /** Waits until none of them is being built. */
  async built(ids: readonly string[]): Promise<void> {
    await this.#unlisted(ids, '&status=BUILD', 'to be built');
  }

  /** Waits by the short list: whoever asks for a server asks Neutron, too, which then has no time for those it waits for. */
  async #unlisted(ids: readonly string[], query: string, what: string): Promise<void> {
    const list = async (): Promise<string[]> => {
      const path = `/servers?all_tenants=1${query}`;
      const { servers } = await this.admin.get<{ servers: { id: string }[] }>('compute', path);
      return ids.filter((id) => servers.some((server) => server.id === id));
    };
    await this.until(list, (left) => left.length === 0, `servers ${what}`);
  }

  async server(id: string, as: Account = 'admin'): Promise<Server> {
    return (await this[as].get<{ server: Server }>('compute', `/servers/${id}`)).server;
  }

  /** An action of the API, and the status that it leads to. */
  async act(id: string, action: Record<string, unknown>, status: string): Promise<void> {
    await this.admin.ask({ api: 'compute', method: 'POST', path: `/servers/${id}/action`, body: action });
    const path = `/servers/${id}`;
    type Task = Server & { 'OS-EXT-STS:task_state': string | null };
    await this.until(
      async () => (await this.admin.get<{ server: Task }>('compute', path)).server,
      (server) => server.status === status && server['OS-EXT-STS:task_state'] === null,
      `server ${id} to be ${status}`,
    );
  }

  /** Deletes servers and waits until they are gone; one that is gone is fine. */
  async delete(...ids: readonly string[]): Promise<void> {
    const remove = (id: string): Promise<unknown> => {
      return this.admin.ask({ api: 'compute', method: 'DELETE', path: `/servers/${id}`, accept: [404] });
    };
    await Promise.all(ids.map(remove));
    await this.#unlisted(ids, '', 'to be deleted');
  }

  async ports(query: string): Promise<Port[]> {
    return (await this.admin.get<{ ports: Port[] }>('network', `/ports?${query}`)).ports;
  }

  portsOf(serverId: string): Promise<Port[]> {
    return this.ports(`device_id=${serverId}`);
  }

  /** Makes something in Neutron, to be deleted at the end. */
  async make<T extends { id: string }>(what: string, body: Record<string, unknown>, as: Account = 'admin'): Promise<T> {
    const plural = what === 'policy' ? 'policies' : `${what.replaceAll('_', '-')}s`;
    const made = await this[as].post<Record<string, T>>('network', `/${plural}`, { [what]: body });
    const thing = made[what] as T;
    const path = `/${plural}/${thing.id}`;
    this.#undo.push(() => this.admin.ask({ api: 'network', method: 'DELETE', path, accept: [404] }));
    return thing;
  }

  /** A network with one subnet; without a router. */
  async network(cidr: string, subnet: Record<string, unknown> = {}, as: Account = 'admin'): Promise<Network> {
    const { id } = await this.make('network', { name: `net-${cidr}` }, as);
    const { id: subnetId } = await this.make('subnet', { network_id: id, ip_version: 4, cidr, ...subnet }, as);
    return { id, subnetId };
  }

  /** The network that every plane has. */
  async named(name: string): Promise<string> {
    const { networks } = await this.admin.get<{ networks: { id: string }[] }>('network', `/networks?name=${name}`);
    return networks[0]?.id ?? '';
  }

  docker(...words: readonly string[]): Promise<string> {
    return this.open.docker(words);
  }

  inside(serverId: string, ...command: readonly string[]): Promise<string> {
    return this.docker('exec', `nova-${serverId}`, ...command);
  }

  /** What the server has said on its console. */
  async said(serverId: string, wanted: RegExp): Promise<string> {
    return this.until(
      () => this.docker('logs', `nova-${serverId}`),
      (text) => wanted.test(text),
      `${wanted} on the console`,
    );
  }

  /** A program on the plane's first host. */
  async host(...words: readonly string[]): Promise<string> {
    const { space } = this.open.plane;
    const enter = space === null ? [] : enterSpace(space);
    return (await this.open.run([...enter, ...words])).stdout.trim();
  }

  /** The page of a server as the host gets it: its name, or undefined. */
  async page(address: string): Promise<string | undefined> {
    try {
      return (await (await fetch(`http://${address}/`, { signal: AbortSignal.timeout(3000) })).text()).trim();
    } catch {
      return undefined;
    }
  }

  /** All that instances leave on a host, in Neutron and in Placement, to compare before and after. */
  async inventory(): Promise<string> {
    const { plane } = this.open;
    const links = (await this.host('ip', '-o', 'link')).split('\n');
    const devices = links.map((line) => `device ${line.split(/[:@] ?/)[1] ?? ''}`);
    const find = ['--bare', '--columns=name', 'find', 'Interface', 'external_ids:vm-uuid!=""'];
    const found = plane.switch === 'linuxbridge' ? '' : await ovsVsctl(plane, find, AbortSignal.timeout(20_000));
    const onSwitch = found.split('\n').map((name) => `on switch ${name}`);
    const namespaces = (await this.host('ls', '/run/netns')).split('\n').filter((name) => name.startsWith('nova-'));
    const folders = await readdir(join(plane.data, firstHost(plane).name, 'networks')).catch(() => []);
    // Agents and routers have ports of their own, which come and go with networks.
    const ports = (await this.ports('fields=id&fields=device_owner')).filter(
      (port) => !port.device_owner.startsWith('network:'),
    );
    const { allocations } = await this.#allocations();
    const all = [
      ...devices,
      ...onSwitch,
      ...namespaces,
      ...folders,
      ...ports.map(({ id }) => `port ${id}`),
      ...Object.keys(allocations),
    ];
    return all.sort().join('\n');
  }

  /** The inventory once it is that again, or as it is after a while: Nova calls a server gone a moment before all of it is. */
  async inventoryLike(before: string): Promise<string> {
    const end = performance.now() + 120_000;
    for (;;) {
      const now = await this.inventory();
      if (now === before || performance.now() > end) return now;
      await pause(500);
    }
  }

  async until<T>(look: () => Promise<T>, isIt: (seen: T) => boolean, what: string): Promise<T> {
    const end = performance.now() + 180_000;
    let seen = await look();
    while (!isIt(seen)) {
      if (performance.now() > end)
        throw new Error(`${what} did not come; last: ${String(JSON.stringify(seen)).slice(0, 2000)}`);
      await pause(100);
      seen = await look();
    }
    return seen;
  }

  /** Does the opposite of all that was done, last things first. */
  async clear(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  async #allocations(): Promise<{ allocations: Record<string, unknown> }> {
    const { resource_providers: providers } = await this.admin.get<{
      resource_providers: { uuid: string; name: string }[];
    }>('placement', '/resource_providers');
    const ours = providers.find(({ name }) => name === this.open.host);
    return this.admin.get('placement', `/resource_providers/${ours?.uuid ?? ''}/allocations`);
  }

  /** Kept from one run to the next. */
  async #probeImage(): Promise<string> {
    const command = ['/bin/sh', '-c', PROBE];
    const name = `probe-${createHash('sha256').update(PROBE).digest('hex').slice(0, 8)}`;
    const { images } = await this.admin.get<{ images: { id: string; status: string }[] }>(
      'image',
      `/images?name=${name}`,
    );
    const there = images.find(({ status }) => status === 'active');
    if (there !== undefined) return there.id;
    const about = { name, container_format: 'docker', disk_format: 'raw', visibility: 'public', min_disk: 1 };
    const { id } = await this.admin.post<{ id: string }>('image', '/images', about);
    const headers = { 'Content-Type': 'application/octet-stream' };
    const body = await busyboxArchive(command);
    await this.admin.ask({ api: 'image', method: 'PUT', path: `/images/${id}/file`, body, headers });
    return id;
  }
}
