import { setMaxListeners } from 'node:events';
import { openPlane, type OpenPlane } from '../../../tools/plane/open.js';
import { until } from '../../../tools/plane/machine/wait.js';
import type { Account, Rest } from '../../../tools/plane/openstack/rest.js';

/** A server as nova-api shows it, as far as tests ask. */
export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fault?: { readonly code: number; readonly message: string; readonly details?: string };
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly 'OS-EXT-STS:vm_state': string;
  readonly 'OS-EXT-STS:power_state': number;
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
}

export interface Wish {
  readonly name?: string;
  readonly image?: string;
  readonly flavor?: string;
  readonly networks?: unknown;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly count?: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

const LATEST = '2.93';
const never = new AbortController().signal;
// Many wait beside each other.
setMaxListeners(0, never);

/** What tests of servers do to a plane: over REST, as a user would. */
export class Lab {
  readonly plane: OpenPlane = openPlane();
  readonly rest: Rest;

  constructor(account: Account = 'admin') {
    this.rest = this.plane.rest(account);
  }

  /** Asks for a server (or several, named NAME-1 …) without waiting; gives the id of the (first) one. */
  async create(wish: Wish = {}): Promise<string> {
    const { count = 1, more = {} } = wish;
    const server = {
      name: wish.name ?? 'test',
      imageRef: wish.image ?? (await this.imageId('busybox')),
      flavorRef: await this.flavorId(wish.flavor ?? 'm1.nano'),
      networks: wish.networks ?? 'none',
      ...(wish.metadata && { metadata: wish.metadata }),
      ...(count > 1 && { min_count: count, max_count: count }),
      ...more,
    };
    const answer = await this.rest.post<{ server: { id: string } }>('compute', '/servers', { server }, this.latest);
    return answer.server.id;
  }

  /** Asks for a server and waits until it is ACTIVE. */
  async boot(wish: Wish = {}): Promise<Server> {
    return this.reaches(await this.create(wish), 'ACTIVE');
  }

  async show(id: string): Promise<Server> {
    return (await this.rest.get<{ server: Server }>('compute', `/servers/${id}`, this.latest)).server;
  }

  async list(): Promise<readonly Server[]> {
    return (await this.rest.get<{ servers: Server[] }>('compute', '/servers/detail', this.latest)).servers;
  }

  /** Waits for a status with no task left; another end than the one waited for fails at once. */
  async reaches(id: string, status: string, timeoutMs = 180_000): Promise<Server> {
    return until(
      async () => {
        const server = await this.show(id);
        if (server.status === 'ERROR' && status !== 'ERROR') {
          throw new Error(`server ${id} went to ERROR: ${server.fault?.message ?? 'no fault'}`);
        }
        return server.status === status && server['OS-EXT-STS:task_state'] === null ? server : null;
      },
      { what: `server ${id} to be ${status}`, signal: never, everyMs: 150, timeoutMs },
    );
  }

  /** A server action, e.g. `{'os-stop': null}`. */
  async act<Answer = unknown>(id: string, action: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.rest.post<Answer>('compute', `/servers/${id}/action`, action, this.latest);
  }

  /** Deletes it and waits until nova-api knows it no more. */
  async delete(id: string): Promise<void> {
    await this.rest.ask({ api: 'compute', method: 'DELETE', path: `/servers/${id}`, accept: [404] });
    await until(
      async () => (await this.rest.ask({ api: 'compute', path: `/servers/${id}`, accept: [404] })).status === 404,
      {
        what: `server ${id} to be deleted`,
        signal: never,
        everyMs: 150,
      },
    );
  }

  async deleteAll(): Promise<void> {
    await Promise.all((await this.list()).map((server) => this.delete(server.id)));
  }

  /** Names of the containers that carry this server's label, in any state. */
  async containersOf(id: string): Promise<readonly string[]> {
    const label = `label=org.openstack.nova.instance_uuid=${id}`;
    const lines = await this.plane.docker(['ps', '--all', '--filter', label, '--format', '{{.Names}}']);
    return lines.split('\n').filter((line) => line !== '');
  }

  /** Resource providers on which the server holds something. */
  async allocationsOf(id: string): Promise<readonly string[]> {
    const answer = await this.rest.get<{ allocations: Record<string, unknown> }>('placement', `/allocations/${id}`);
    return Object.keys(answer.allocations);
  }

  /** Events of the server's newest action of that name, newest first, with microversion 2.84's details. */
  async eventsOf(id: string, action: string): Promise<readonly ActionEvent[]> {
    const path = `/servers/${id}/os-instance-actions`;
    const { instanceActions } = await this.rest.get<{ instanceActions: { action: string; request_id: string }[] }>(
      'compute',
      path,
      this.latest,
    );
    const found = instanceActions.find((one) => one.action === action);
    if (found === undefined) return [];
    const shown = await this.rest.get<{ instanceAction: { events: ActionEvent[] } }>(
      'compute',
      `${path}/${found.request_id}`,
      this.latest,
    );
    return shown.instanceAction.events;
  }

  async imageId(name: string): Promise<string> {
    const { images } = await this.rest.get<{ images: { id: string }[] }>('image', `/images?name=${name}`);
    const [image] = images;
    if (image === undefined) throw new Error(`there is no image ${name}`);
    return image.id;
  }

  async flavorId(name: string): Promise<string> {
    const { flavors } = await this.rest.get<{ flavors: { id: string; name: string }[] }>('compute', '/flavors');
    const flavor = flavors.find((one) => one.name === name);
    if (flavor === undefined) throw new Error(`there is no flavor ${name}`);
    return flavor.id;
  }

  get latest(): { microversion: string } {
    return { microversion: LATEST };
  }
}

export interface ActionEvent {
  readonly event: string;
  readonly result: string | null;
  readonly details: string | null;
  readonly finish_time: string | null;
}
