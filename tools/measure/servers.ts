import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../plane/machine/wait.js';
import type { Rest } from '../plane/openstack/rest.js';
import { Trouble } from '../plane/trouble.js';
import type { Bench } from './bench.js';
import type { Side } from './sides.js';

/** 2.74 lets an administrator name the host; 2.93 is the newest of Nova 26. */
const LATEST = { microversion: '2.93' };
/** Half of it is the error of every time, on both sides; of long ones it is a hundredth, as looking takes time of a core. */
const POLL_MS = 10;

interface Row {
  readonly id: string;
  readonly status: string;
}

/** What every server of the bench is made of. */
export interface Recipe {
  readonly name: string;
  readonly networks: unknown;
  readonly count?: number;
  readonly imageId?: string;
}

/** Asks for servers on one side's host; resolves to the id of the (first) one when nova-api has answered. */
export async function create({ rest, parts }: Bench, side: Side, recipe: Recipe): Promise<string> {
  const { name, networks, count = 1, imageId = parts.imageId } = recipe;
  const server = {
    name,
    networks,
    host: side.host,
    imageRef: imageId,
    flavorRef: parts.flavorId,
    ...(count > 1 ? { min_count: count, max_count: count } : {}),
  };
  const answer = await rest.post<{ server: Row }>('compute', '/servers', { server }, LATEST);
  return answer.server.id;
}

/** Creates one server and resolves to the milliseconds from the request to ACTIVE. The server stays. */
export async function timedBoot(bench: Bench, side: Side, recipe: Recipe): Promise<{ id: string; ms: number }> {
  const began = performance.now();
  const id = await create(bench, side, recipe);
  for (;;) {
    const state = await bench.rows.stateOf(id);
    if (state === 'active') return { id, ms: performance.now() - began };
    if (state === 'error') throw new Trouble(`server ${recipe.name} on ${side.host} is in ERROR`);
    await delay(Math.max(POLL_MS, (performance.now() - began) / 100), undefined, { signal: bench.signal });
  }
}

export async function show(rest: Rest, id: string): Promise<Row> {
  return (await rest.get<{ server: Row }>('compute', `/servers/${id}`, LATEST)).server;
}

/** Servers that fit a query of the API. */
export async function listOf(rest: Rest, query: string): Promise<readonly Row[]> {
  return (await rest.get<{ servers: Row[] }>('compute', `/servers?limit=1000&${query}`, LATEST)).servers;
}

/** Deletes all servers whose names begin so and waits until they are gone. */
export async function deleteAll({ rest, signal }: Bench, name: string): Promise<void> {
  const rows = await listOf(rest, `name=^${name}`);
  for (const { id } of rows)
    await rest.ask({ api: 'compute', method: 'DELETE', path: `/servers/${id}`, accept: [404] });
  const gone = async (): Promise<boolean> => (await listOf(rest, `name=^${name}`)).length === 0;
  await until(gone, { what: `servers ${name}* to be deleted`, signal, everyMs: 250, timeoutMs: 600_000 });
}
