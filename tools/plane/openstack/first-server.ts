import { until } from '../machine/wait.js';
import type { Plane } from '../plane.js';
import { Trouble } from '../trouble.js';
import { BASE_IMAGE } from './base-image.js';
import { PRIVATE_NETWORK } from './networks.js';
import { Rest } from './rest.js';

interface Server {
  readonly id: string;
  readonly status: string;
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly fault?: { readonly message: string };
}

const MICROVERSION = { microversion: '2.37' };

export interface ServerWish {
  readonly plane: Plane;
  readonly name: string;
  /** Whether the server's container runs, by its id in Nova. */
  readonly runs: (id: string) => Promise<boolean>;
}

/**
 * A server of that name that is ACTIVE and runs: a new one, or the one that is there, started again if need be.
 * @returns a note
 * @throws Trouble with Nova's own words when it goes to ERROR
 */
export async function haveServer({ plane, name, runs }: ServerWish, signal: AbortSignal): Promise<string> {
  const rest = new Rest(plane, 'admin');
  const before = await findServer(rest, name);
  if (before?.status === 'ACTIVE' && (await runs(before.id))) return `${name} was ACTIVE`;
  const kept = before === null ? null : await revive(rest, before, signal);
  const id = kept ?? (await createServer(rest, name));
  const since = performance.now();
  await until(
    async () => {
      const { server } = await rest.get<{ server: Server }>('compute', `/servers/${id}`);
      if (server.status === 'ERROR')
        throw new Trouble(`server ${name} went to ERROR: ${server.fault?.message ?? 'no fault'}`);
      return server.status === 'ACTIVE' && server['OS-EXT-STS:task_state'] === null && (await runs(id));
    },
    { what: `server ${name} to be ACTIVE`, signal, everyMs: 200, timeoutMs: 120_000 },
  );
  return `${name} ACTIVE after ${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** Brings back a server that does not run. @returns its id, or null when it was broken and is deleted now */
async function revive(rest: Rest, server: Server, signal: AbortSignal): Promise<string | null> {
  const act = (action: unknown): Promise<unknown> => rest.post('compute', `/servers/${server.id}/action`, action);
  if (server.status === 'ERROR') {
    await removeServer(rest, server.id, signal);
    return null;
  }
  if (server.status === 'SHUTOFF') await act({ 'os-start': null });
  // Its container ended with the engine, and Nova has not looked yet.
  if (server.status === 'ACTIVE') await act({ reboot: { type: 'HARD' } });
  return server.id;
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
  const wish = { name, imageRef: image.id, flavorRef: flavor.id, networks: await networksFor(rest) };
  const { server } = await rest.post<{ server: Server }>('compute', '/servers', { server: wish }, MICROVERSION);
  return server.id;
}

/** The network that everybody may use; none with the fake driver, which plugs nothing that Neutron could see. */
async function networksFor(rest: Rest): Promise<'none' | { uuid: string }[]> {
  if (rest.plane.compute === 'fake') return 'none';
  const { networks } = await rest.get<{ networks: { id: string }[] }>('network', `/networks?name=${PRIVATE_NETWORK}`);
  return networks.slice(0, 1).map(({ id }) => ({ uuid: id }));
}

async function removeServer(rest: Rest, id: string, signal: AbortSignal): Promise<void> {
  await rest.ask({ api: 'compute', method: 'DELETE', path: `/servers/${id}` });
  const gone = async (): Promise<boolean> => {
    return (await rest.ask({ api: 'compute', path: `/servers/${id}`, accept: [404] })).status === 404;
  };
  await until(gone, { what: `server ${id} to be deleted`, signal, everyMs: 200, timeoutMs: 60_000 });
}
