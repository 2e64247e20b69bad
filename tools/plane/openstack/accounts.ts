import { endpoint, type Plane, type PortName } from '../plane.js';
import { Rest } from './rest.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What the catalog lists, with the account that each service uses for itself. */
const SERVICES: readonly { name: string; type: string; port: PortName; path: string }[] = [
  { name: 'nova', type: 'compute', port: 'nova', path: '/v2.1' },
  { name: 'placement', type: 'placement', port: 'placement', path: '' },
  { name: 'glance', type: 'image', port: 'glance', path: '' },
  { name: 'neutron', type: 'network', port: 'neutron', path: '' },
];

/**
 * The projects, users, roles and the catalog that a fresh Keystone lacks. What is there already is left as it is.
 * @returns a note on what was made, or undefined when all was there
 */
export async function makeAccounts(plane: Plane): Promise<string | undefined> {
  const rest = new Rest(plane, 'admin');
  const service = await ensure(rest, 'project', { name: 'service', domain_id: 'default' });
  const demo = await ensure(rest, 'project', { name: 'demo', domain_id: 'default' });
  const roles = await Promise.all(['admin', 'service', 'member'].map((name) => ensure(rest, 'role', { name })));
  const [admin, serviceRole, member] = roles as [string, string, string];
  const demoUser = await ensure(rest, 'user', { name: 'demo', domain_id: 'default', password: plane.secrets.demo });
  await grant(rest, { project: demo, user: demoUser, role: member });
  const listed = await rest.get<{ services: Named[] }>('identity', '/services');
  for (const { name, type, port, path } of SERVICES) {
    const user = await ensure(rest, 'user', { name, domain_id: 'default', password: plane.secrets.service });
    for (const role of [admin, serviceRole]) await grant(rest, { project: service, user, role });
    if (!listed.services.some((entry) => entry.name === name)) {
      await addToCatalog(rest, { name, type, url: endpoint(plane, port, path) });
    }
  }
  return listed.services.length > 1 ? undefined : `${SERVICES.length} services, users admin and demo`;
}

/** The id of the thing of that name, made when it is not there. */
async function ensure(
  rest: Rest,
  kind: 'project' | 'role' | 'user',
  body: { readonly name: string; readonly [more: string]: string },
): Promise<string> {
  const path = `/${kind}s`;
  const found = await rest.get<Record<string, Named[]>>('identity', `${path}?name=${body.name}`);
  const there = found[`${kind}s`]?.[0];
  if (there !== undefined) return there.id;
  const made = await rest.post<Record<string, Named>>('identity', path, { [kind]: body });
  const thing = made[kind];
  if (thing === undefined) throw new Error(`Keystone made no ${kind} ${body.name}`);
  return thing.id;
}

async function grant(
  rest: Rest,
  { project, user, role }: { project: string; user: string; role: string },
): Promise<void> {
  await rest.ask({ api: 'identity', method: 'PUT', path: `/projects/${project}/users/${user}/roles/${role}` });
}

async function addToCatalog(
  rest: Rest,
  { name, type, url }: { name: string; type: string; url: string },
): Promise<void> {
  const { service } = await rest.post<{ service: Named }>('identity', '/services', { service: { name, type } });
  for (const each of ['public', 'internal', 'admin']) {
    const place = { service_id: service.id, interface: each, url, region_id: 'RegionOne' };
    await rest.post('identity', '/endpoints', { endpoint: place });
  }
}
