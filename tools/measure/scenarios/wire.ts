import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { recordOf } from '../sides.js';
import type { Scenario } from '../bench.js';
import { median, quantile, type Figure } from '../figures.js';
import { LoadGenerator, type Load } from '../load-generator.js';
import { cpuSeconds, cpuSecondsOf } from '../usage.js';

const ROUNDS = 3;

type Who = 'ours' | 'other';
const SIDES = ['ours', 'other'] as const;

/** The servers that are compared: each a process of its own that answers with what it was asked. */
const SERVERS = {
  ours: (script: string) => [process.execPath, ...process.execArgv, `${script}.ts`],
  other: (script: string) => ['/usr/bin/python3', `${script}.py`],
} as const;

interface Server {
  readonly topic: string;
  readonly child: ChildProcess;
  /** Processor time so far. */
  readonly seconds: () => number;
}

async function serve(transportUrl: string, side: Who): Promise<Server> {
  const topic = `bench-${randomUUID()}`;
  const script = new URL('../echo-server', import.meta.url).pathname;
  const [program = '', ...words] = SERVERS[side](script);
  const child = spawn(program, [...words, transportUrl, topic], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error(`the echo server of ${side} ended before it served`);
    }),
  ]);
  return { topic, child, seconds: () => cpuSecondsOf(child.pid ?? 0) };
}

interface Case {
  readonly what: string;
  readonly args: object;
  readonly flight: number;
}

/** As much JSON as a large instance object is. */
const OBJECT = { items: Array.from({ length: 1000 }, (_, n) => ({ name: `item-${n}`, value: 'x'.repeat(70) })) };
const CASES: readonly Case[] = [1, 64].flatMap((flight) => [
  { what: 'ping', args: { arg: 1 }, flight },
  { what: '100 kB object', args: OBJECT, flight },
]);

/** Microseconds of processor time that a call took of each. */
interface Cost {
  readonly server: number;
  readonly broker: number;
  readonly client: number;
}

type Measured = Load & Cost;

/** Where the servers are measured. */
export interface WirePlace {
  readonly transportUrl: string;
  /** Processor time of the broker so far. */
  readonly brokerSeconds: () => number;
  readonly seconds: number;
}

async function measure(place: WirePlace, client: LoadGenerator, server: Server, of: Case): Promise<Measured> {
  const clientSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const meters = [server.seconds, place.brokerSeconds, clientSeconds];
  const before = meters.map((meter) => meter());
  const load = await client.load({ ...of, topic: server.topic, server: 'echo', method: 'echo' }, place.seconds);
  const micros = meters.map((meter, n) => ((meter() - (before[n] ?? 0)) * 1e6) / load.latencies.length);
  const [ofServer = 0, ofBroker = 0, ofClient = 0] = micros;
  return { ...load, server: ofServer, broker: ofBroker, client: ofClient };
}

async function compare(
  place: WirePlace,
  client: LoadGenerator,
  servers: Readonly<Record<Who, Server>>,
  of: Case,
): Promise<Figure[]> {
  const loads = { ours: [] as Measured[], other: [] as Measured[] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const side of SIDES) loads[side].push(await measure(place, client, servers[side], of));
  const who = 'oslo.messaging';
  const figure = (what: string, unit: string, value: (load: Measured) => number): Figure => ({
    scenario: 'wire',
    what: `${of.what}, ${of.flight} in flight, ${what}`,
    unit,
    ours: loads.ours.map(value),
    other: { who, values: loads.other.map(value) },
  });
  return [
    { ...figure('calls', '1/s', ({ perSecond }) => perSecond), target: { of: 'ratio', at: 'least', limit: 5 } },
    figure('p50', 'ms', ({ latencies }) => median(latencies)),
    figure('p99', 'ms', ({ latencies }) => quantile(latencies, 0.99)),
    figure('CPU of the server per call', 'µs', ({ server }) => server),
    figure('CPU of the broker per call', 'µs', ({ broker }) => broker),
    figure('CPU of the client per call', 'µs', ({ client: ofClient }) => ofClient),
  ];
}

/** All cases, with servers and a client of its own. */
export async function measureWire(place: WirePlace, cases: readonly Case[] = CASES): Promise<Figure[]> {
  const client = new LoadGenerator(place.transportUrl);
  const started: Server[] = [];
  const start = async (side: Who): Promise<Server> => {
    const server = await serve(place.transportUrl, side);
    started.push(server);
    return server;
  };
  try {
    const servers = { ours: await start('ours'), other: await start('other') };
    const figures: Figure[] = [];
    for (const of of cases) figures.push(...(await compare(place, client, servers, of)));
    return figures;
  } finally {
    for (const { child } of started) child.kill('SIGKILL');
    await client.close();
  }
}

export const wire: Scenario = {
  name: 'wire',
  about: 'calls through the broker to a server that echoes: ours, and oslo.messaging with threads; one client for both',
  run: ({ plane, sizes }) =>
    measureWire({
      transportUrl: plane.transportUrl,
      brokerSeconds: () => cpuSeconds(recordOf(plane.plane, { name: 'rabbitmq' })),
      seconds: sizes.wireSeconds,
    }),
};
