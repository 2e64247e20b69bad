import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../../tools/plane/machine/command.js';
import { until } from '../../../../tools/plane/machine/wait.js';
import type { HostHandle, OpenPlane } from '../../../../tools/plane/open.js';
import type { Api } from '../../../../tools/plane/openstack/rest.js';
import { CHECKOUT, type Overrides } from '../../../../tools/plane/plane.js';
import { preparePlane } from '../../../../tools/plane/store.js';
import { variantImage } from '../../support/images.js';

const never = new AbortController().signal;
const STATUS = 'answered-with:';
const JSON_BOTH_WAYS = ['Content-Type: application/json', 'Accept: application/json'];

/** A server as nova-api shows it, as far as these tests ask. */
export interface Shown {
  readonly id: string;
  readonly status: string;
  readonly fault?: { readonly message: string };
  readonly addresses: Readonly<Record<string, readonly { readonly addr: string }[]>>;
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
}

export interface ActionEvent {
  readonly event: string;
  readonly result: string | null;
  readonly host: string;
  readonly details: string | null;
}

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly microversion?: string;
}

/** A plane of several hosts, by REST, from outside of its network: every request is a curl inside of it. */
export class Cloud {
  #token: string | undefined;
  readonly #imageIds = new Map<string, string>();

  constructor(readonly open: OpenPlane) {}

  /** Status and body of an answer. */
  async answer(api: Api, path: string, { method, body, microversion = '2.93' }: Asked = {}) {
    const version = api === 'compute' ? `compute ${microversion}` : 'placement 1.39';
    const headers = [`X-Auth-Token: ${await this.token()}`, `OpenStack-API-Version: ${version}`, ...JSON_BOTH_WAYS];
    const data = body === undefined ? [] : ['--data', JSON.stringify(body)];
    const verb = method ?? (body === undefined ? 'GET' : 'POST');
    const words = ['-sS', '-w', `${STATUS}%{http_code}`, '-X', verb, ...headers.flatMap((one) => ['-H', one]), ...data];
    const { stdout } = await this.open.run(['curl', ...words, this.open.url(api) + path]);
    return parsed(stdout);
  }

  /** The body; an answer that tells of a mistake is one. */
  async ask<Body>(api: Api, path: string, asked: Asked = {}): Promise<Body> {
    const { status, body } = await this.answer(api, path, asked);
    if (status < 400) return body as Body;
    throw new Error(`${asked.method ?? ''} ${path} answered ${status}: ${JSON.stringify(body)}`);
  }

  async imageId(name = 'busybox'): Promise<string> {
    const known = this.#imageIds.get(name);
    if (known !== undefined) return known;
    const { images } = await this.ask<{ images: { id: string }[] }>('image', `/images?name=${name}`);
    this.#imageIds.set(name, images[0]?.id ?? '');
    return images[0]?.id ?? '';
  }

  async flavorId(name: string): Promise<string> {
    const { flavors } = await this.ask<{ flavors: { id: string; name: string }[] }>('compute', '/flavors');
    return flavors.find((one) => one.name === name)?.id ?? '';
  }

  /** A flavor of one's own; its name is its id. What an earlier run has left goes first. */
  async flavor(name: string, ramMb: number, disk = 0, ephemeral = 0): Promise<string> {
    await this.answer('compute', `/flavors/${name}`, { method: 'DELETE' });
    const more = { 'OS-FLV-EXT-DATA:ephemeral': ephemeral };
    await this.ask('compute', '/flavors', {
      body: { flavor: { name, id: name, ram: ramMb, vcpus: 1, disk, ...more } },
    });
    return name;
  }

  /** A network with one subnet. */
  async network(name: string, cidr: string): Promise<string> {
    const body = { network: { name } };
    const { network } = await this.ask<{ network: { id: string } }>('network', '/networks', { body });
    const subnet = { network_id: network.id, ip_version: 4, cidr };
    await this.ask('network', '/subnets', { body: { subnet } });
    return network.id;
  }

  /** busybox once more, with these lines of a Dockerfile, under an id that no host has. */
  async image(name: string, lines: readonly string[] = []): Promise<string> {
    const about = { name, container_format: 'docker', disk_format: 'raw' };
    const { id } = await this.ask<{ id: string }>('image', '/images', { body: about });
    const file = `${this.open.folder}/data/${name}.tar`;
    await writeFile(file, await variantImage({ plane: this.open }, lines));
    const words = ['-sSf', '-X', 'PUT', '-H', 'Content-Type: application/octet-stream', '--data-binary', `@${file}`];
    await this.open.run(['curl', ...words, '-H', `X-Auth-Token: ${await this.token()}`, this.fileOf(id)]);
    return id;
  }

  private fileOf(image: string): string {
    return `${this.open.url('image')}/images/${image}/file`;
  }

  private async token(): Promise<string> {
    this.#token ??= ((await this.open.openstack(['token', 'issue', '-c', 'id'])) as { id: string }).id;
    return this.#token;
  }

  /** Asks for a server (its id comes back), on no network unless `more` says so. */
  async create(name: string, more: object = {}, asked: Asked = {}, around: object = {}): Promise<string> {
    const [imageRef, flavorRef] = [await this.imageId(), await this.flavorId('m1.nano')];
    const server = { name, imageRef, flavorRef, networks: 'none', ...more };
    const answer = await this.ask<{ server: { id: string } }>('compute', '/servers', {
      body: { server, ...around },
      ...asked,
    });
    return answer.server.id;
  }

  async show(id: string): Promise<Shown> {
    return (await this.ask<{ server: Shown }>('compute', `/servers/${id}`)).server;
  }

  /** Waits for a status with nothing under way; ERROR where it is not meant fails at once. */
  async reaches(id: string, status: string, timeoutMs = 300_000): Promise<Shown> {
    return until(
      async () => {
        const shown = await this.show(id);
        if (shown.status === 'ERROR' && status !== 'ERROR') throw new Error(shown.fault?.message ?? 'ERROR');
        return shown.status === status && shown['OS-EXT-STS:task_state'] === null ? shown : null;
      },
      { what: `server ${id} to be ${status}`, signal: never, everyMs: 400, timeoutMs },
    );
  }

  /** Boots one and gives it as it is then. */
  async boot(name: string, more: object = {}, asked: Asked = {}, around: object = {}): Promise<Shown> {
    return this.reaches(await this.create(name, more, asked, around), 'ACTIVE');
  }

  /** Moves it to another host, where it waits to be confirmed. */
  async migrate(server: Shown): Promise<Shown> {
    await this.act(server.id, { migrate: null });
    return this.reaches(server.id, 'VERIFY_RESIZE');
  }

  /** Statuses of its migrations, newest first. */
  async migrationsOf(id: string): Promise<readonly string[]> {
    const path = `/os-migrations?instance_uuid=${id}`;
    const { migrations } = await this.ask<{ migrations: { status: string }[] }>('compute', path);
    return migrations.map(({ status }) => status);
  }

  /** Events of its newest action of that name, newest first. */
  async eventsOf(id: string, action: string): Promise<readonly ActionEvent[]> {
    const path = `/servers/${id}/os-instance-actions`;
    type Action = { readonly action: string; readonly request_id: string };
    const { instanceActions } = await this.ask<{ instanceActions: Action[] }>('compute', path);
    const found = instanceActions.find((one) => one.action === action);
    type Detailed = { instanceAction: { events: ActionEvent[] } };
    return (await this.ask<Detailed>('compute', `${path}/${found?.request_id ?? ''}`)).instanceAction.events;
  }

  /** Names of images by which disks travel: none while nobody moves. */
  async travelling(): Promise<readonly string[]> {
    const { images } = await this.ask<{ images: { name: string }[] }>('image', '/images');
    return images.map(({ name }) => name).filter((name) => name.endsWith('-resize-temp'));
  }

  /** Waits until no container of a server is on that host. */
  async leaves(host: string, id: string): Promise<void> {
    const isGone = async (): Promise<boolean> =>
      !(await this.namesOn(this.open.on(host))).some((one) => one.includes(id));
    await until(isGone, { what: `nothing of ${id} to be on ${host}`, signal: never, everyMs: 300, timeoutMs: 300_000 });
  }

  async act(id: string, action: object, asked: Asked = {}): Promise<void> {
    await this.ask('compute', `/servers/${id}/action`, { body: action, ...asked });
  }

  async delete(...ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.answer('compute', `/servers/${id}`, { method: 'DELETE' });
    const gone = async (): Promise<boolean> => {
      const statuses = await Promise.all(ids.map((id) => this.answer('compute', `/servers/${id}`)));
      return statuses.every(({ status }) => status === 404);
    };
    await until(gone, { what: `${ids.length} servers to be gone`, signal: never, everyMs: 400, timeoutMs: 300_000 });
  }

  /** What Placement has allocated to a consumer, by the names of hosts. */
  async held(consumer: string): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
    type Held = Record<string, { resources: Record<string, number> }>;
    const { allocations } = await this.ask<{ allocations: Held }>('placement', `/allocations/${consumer}`);
    const names = await this.providers();
    return Object.fromEntries(
      Object.entries(allocations).map(([uuid, one]) => [names.get(uuid) ?? uuid, one.resources]),
    );
  }

  /** Names of resource providers by their uuids. */
  async providers(): Promise<ReadonlyMap<string, string>> {
    const path = '/resource_providers';
    const { resource_providers: all } = await this.ask<{ resource_providers: { uuid: string; name: string }[] }>(
      'placement',
      path,
    );
    return new Map(all.map(({ uuid, name }) => [uuid, name]));
  }

  /** Changes a compute service's record. */
  async service(host: string, body: object): Promise<void> {
    const path = `/os-services?host=${host}&binary=nova-compute`;
    const { services } = await this.ask<{ services: { id: string }[] }>('compute', path);
    await this.ask('compute', `/os-services/${services[0]?.id ?? ''}`, { method: 'PUT', body });
  }

  /** Whether a server's container stands on a host, in any state. */
  async standsOn(host: HostHandle, id: string): Promise<boolean> {
    return (await this.namesOn(host)).includes(`nova-${id}`);
  }

  /** Of its containers, in any state. */
  private async namesOn(host: HostHandle): Promise<readonly string[]> {
    return (await host.docker(['ps', '--all', '--format', '{{.Names}}'])).split('\n');
  }

  /**
   * Restarts services with these options besides those that the plane was made with, without any as they were. By the
   * tool: from outside of the plane's network a ServiceHandle cannot see whether a service is ready.
   */
  async restart(names: readonly string[], overrides: Overrides = {}): Promise<void> {
    const { name, overrides: own } = this.open.plane;
    await preparePlane({ name, overrides: { ...own, ...overrides } });
    const tool = join(CHECKOUT, 'tools/openstack');
    await Promise.all(names.map((service) => run([tool, 'service', service, 'restart', '--name', name])));
  }

  /** Names, addresses and MAC addresses of the interfaces in a server. */
  devices(host: HostHandle, id: string): Promise<string> {
    return this.inside(host, id, "ip -o -4 addr | awk '{print $2, $4}'; cat /sys/class/net/*/address");
  }

  /** What a command prints in a server. */
  async inside(host: HostHandle, id: string, command: string): Promise<string> {
    return (await host.docker(['exec', `nova-${id}`, 'sh', '-c', command])).trim();
  }
}

function parsed(output: string): { readonly status: number; readonly body: unknown } {
  const [text = '', status = ''] = output.split(STATUS);
  return { status: Number(status), body: text.trim() === '' ? null : (JSON.parse(text) as unknown) };
}

export const HOSTS = ['compute1', 'compute2'] as const;
export type Host = (typeof HOSTS)[number];

export function otherHost(host: string): Host {
  return host === 'compute1' ? 'compute2' : 'compute1';
}

export function hostOf(server: Shown): string {
  return server['OS-EXT-SRV-ATTR:host'] ?? '';
}
