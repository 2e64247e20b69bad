import { randomUUID } from 'node:crypto';
import { startService, type Asked, type Scripted, type Service } from '../../double/service.js';
import type { Lab } from './lab.js';

/**
 * As much of Cinder as nova-api asks for before it hands a volume to a compute service: one available volume, and the
 * attachments by which it is reserved. It stands in the catalogue like a real one, and Debian's Nova talks to it by Cinder's
 * own client.
 */
export class CinderStandIn {
  readonly volumeId = randomUUID();
  /** Attachments by their id: the server that each is for. */
  readonly attachments = new Map<string, string>();
  #service: Service | undefined;
  #serviceId = '';

  constructor(private readonly lab: Lab) {}

  async start(): Promise<void> {
    this.#service = await startService((asked) => this.#answer(asked));
    const { rest } = this.lab;
    const service = { name: 'cinderv3', type: 'volumev3' };
    const made = await rest.post<{ service: { id: string } }>('identity', '/services', { service });
    this.#serviceId = made.service.id;
    const about = { interface: 'public', region_id: 'RegionOne', service_id: this.#serviceId };
    const endpoint = { ...about, url: `${this.#service.url}/v3/$(project_id)s` };
    await rest.post('identity', '/endpoints', { endpoint });
  }

  async stop(): Promise<void> {
    const { rest } = this.lab;
    // Its endpoints go with it.
    await rest.ask({ api: 'identity', method: 'DELETE', path: `/services/${this.#serviceId}`, accept: [404] });
    await this.#service?.close();
  }

  /** API versions under which attachments were deleted. */
  get deletedUnder(): readonly unknown[] {
    const deletions = this.#service?.asked.filter(({ method }) => method === 'DELETE') ?? [];
    return [...new Set(deletions.map(({ headers }) => headers['openstack-api-version']))];
  }

  #answer({ method, path, headers, body }: Asked): Scripted {
    if (path === '/') return { status: 300, body: VERSIONS };
    if (headers['x-auth-token'] === undefined) return { status: 401, body: { message: 'no token' } };
    const { what, id } = place(path);
    return this.#answers[`${method} ${what}`]?.(id, body) ?? MISSING;
  }

  readonly #answers: Readonly<Record<string, (id: string, body: string) => Scripted>> = {
    'GET volumes': (id) => (id === this.volumeId ? { status: 200, body: { volume: this.#volume() } } : MISSING),
    'POST attachments': (_id, body) => this.#reserve(JSON.parse(body) as Reservation),
    // For a server that is on no host: what it was given counts as attached.
    'POST attachments/action': (id) => (this.attachments.has(id) ? { status: 204 } : MISSING),
    'DELETE attachments': (id) => (this.attachments.delete(id) ? { status: 200, body: { attachments: [] } } : MISSING),
  };

  #reserve({ attachment: { instance_uuid: server } }: Reservation): Scripted {
    const id = randomUUID();
    this.attachments.set(id, server);
    const attachment = { id, volume_id: this.volumeId, instance: server, status: 'reserved', connection_info: {} };
    return {
      status: 200,
      body: { attachment: { ...attachment, attached_at: '', detached_at: '', attach_mode: 'null' } },
    };
  }

  #volume(): object {
    const status = this.attachments.size === 0 ? 'available' : 'reserved';
    return {
      ...{ id: this.volumeId, status, size: 1, availability_zone: 'nova', created_at: '2026-01-01T00:00:00' },
      ...{ name: 'precious', description: null, volume_type: null, snapshot_id: null, bootable: 'false' },
      ...{ metadata: {}, multiattach: false, attachments: [], shared_targets: false, service_uuid: null },
    };
  }
}

/** `/v3/PROJECT/attachments/ID/action` is `attachments/action` of that id. */
function place(path: string): { readonly what: string; readonly id: string } {
  const [kind = '', id = '', ...action] = path.split('/').slice(3);
  return { what: [kind, ...action].join('/'), id };
}

interface Reservation {
  readonly attachment: { readonly instance_uuid: string };
}

const MISSING: Scripted = { status: 404, body: { itemNotFound: { code: 404, message: 'It is not there.' } } };
const VERSIONS = { versions: [{ id: 'v3.0', status: 'CURRENT', version: '3.70', min_version: '3.0', links: [] }] };
