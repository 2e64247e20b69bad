import { until } from '../machine/wait.js';
import type { Plane } from '../plane.js';
import { Trouble } from '../trouble.js';
import { BASE_IMAGE } from './base-image.js';
import { Rest } from './rest.js';

interface Server {
  readonly id: string;
  readonly status: string;
  readonly fault?: { readonly message: string };
}

const MICROVERSION = { microversion: '2.37' };

/**
 * A server of that name that is ACTIVE: a new one, or the one that is there, started again if need be.
 * @returns a note
 * @throws Trouble with Nova's own words when it goes to ERROR
 */
export async function haveServer(plane: Plane, name: string, signal: AbortSignal): Promise<string> {
  const rest = new Rest(plane, 'admin');
  const before = await findServer(rest, name);
  if (before?.status === 'ACTIVE') return `${name} was ACTIVE`;
  if (before?.status === 'ERROR') await removeServer(rest, before.id, signal);
  if (before?.status === 'SHUTOFF') await rest.post('compute', `/servers/${before.id}/action`, { 'os-start': null });
  const id = before === null || before.status === 'ERROR' ? await createServer(rest, name) : before.id;
  const since = performance.now();
  await until(
    async () => {
      const { server } = await rest.get<{ server: Server }>('compute', `/servers/${id}`);
      if (server.status === 'ERROR')
        throw new Trouble(`server ${name} went to ERROR: ${server.fault?.message ?? 'no fault'}`);
      return server.status === 'ACTIVE';
    },
    { what: `server ${name} to be ACTIVE`, signal, everyMs: 200, timeoutMs: 120_000 },
  );
  return `${name} ACTIVE after ${((performance.now() - since) / 1000).toFixed(1)} s`;
}

async function findServer(rest: Rest, name: string): Promise<Server | null> {
  const { servers } = await rest.get<{ servers: Server[] }>('compute', `/servers/detail?name=^${name}$`);
  return servers[0] ?? null;
}

async function createServer(rest: Rest, name: string): Promise<string> {
  const { images } = await rest.get<{ images: { id: string }[] }>('image', `/images?name=${BASE_IMAGE}`);
  const { flavors } = await rest.get<{ flavors: { id: string; name: string }[] }>('compute', '/flavors');
  const flavor = flavors.find((each) => each.name === 'm1.tiny');
  const [image] = images;
  if (image === undefined || flavor === undefined)
    throw new Trouble('the base image or the flavor m1.tiny is not there');
  // A plane has no network agents yet, so the server gets no network card.
  const wish = { name, imageRef: image.id, flavorRef: flavor.id, networks: 'none' };
  const { server } = await rest.post<{ server: Server }>('compute', '/servers', { server: wish }, MICROVERSION);
  return server.id;
}

async function removeServer(rest: Rest, id: string, signal: AbortSignal): Promise<void> {
  await rest.ask({ api: 'compute', method: 'DELETE', path: `/servers/${id}` });
  const gone = async (): Promise<boolean> => {
    return (await rest.ask({ api: 'compute', path: `/servers/${id}`, accept: [404] })).status === 404;
  };
  await until(gone, { what: `server ${id} to be deleted`, signal, everyMs: 200, timeoutMs: 60_000 });
}
