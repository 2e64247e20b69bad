import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  adminContext,
  DEFAULT_RABBIT_OPTIONS,
  parseTransportUrl,
  RpcClient,
  Transport,
} from '../../../src/oslo/index.js';
import type { Bench, Scenario } from '../bench.js';
import { median, quantile, type Figure } from '../figures.js';

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const context = adminContext(`req-${randomUUID()}`, new Date());
const ROUNDS = 3;

/** The servers that are compared: each a process of its own that answers with what it was asked. */
const SERVERS = {
  ours: (script: string) => [process.execPath, ...process.execArgv, `${script}.ts`],
  other: (script: string) => ['/usr/bin/python3', `${script}.py`],
} as const;

async function serve(bench: Bench, side: 'ours' | 'other', topic: string): Promise<ChildProcess> {
  const script = new URL('../echo-server', import.meta.url).pathname;
  const [program = '', ...words] = SERVERS[side](script);
  const child = spawn(program, [...words, bench.plane.transportUrl, topic], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error(`the echo server of ${side} ended before it served`);
    }),
  ]);
  return child;
}

interface Load {
  readonly perSecond: number;
  /** Milliseconds of each call. */
  readonly latencies: readonly number[];
}

interface Case {
  readonly what: string;
  readonly args: object;
  readonly flight: number;
}

async function load(client: RpcClient, topic: string, { args, flight }: Case, seconds: number): Promise<Load> {
  const latencies: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const sent = performance.now();
      await client.call({
        topic,
        server: 'echo',
        version: '1.0',
        method: 'echo',
        args: { ...args },
        context,
        timeoutMs: 30_000,
      });
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: flight }, lane));
  return { perSecond: (latencies.length * 1000) / (performance.now() - began), latencies };
}

/** As much JSON as a large instance object is. */
const OBJECT = { items: Array.from({ length: 1000 }, (_, n) => ({ name: `item-${n}`, value: 'x'.repeat(70) })) };
const CASES: readonly Case[] = [1, 64].flatMap((flight) => [
  { what: 'ping', args: { arg: 1 }, flight },
  { what: '100 kB object', args: OBJECT, flight },
]);

async function compare(
  bench: Bench,
  client: RpcClient,
  topics: Readonly<Record<'ours' | 'other', string>>,
  of: Case,
): Promise<Figure[]> {
  const loads = { ours: [] as Load[], other: [] as Load[] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const side of ['ours', 'other'] as const)
      loads[side].push(await load(client, topics[side], of, bench.sizes.wireSeconds));
  const who = 'oslo.messaging';
  const figure = (what: string, unit: string, value: (load: Load) => number): Figure => ({
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
  ];
}

export const wire: Scenario = {
  name: 'wire',
  about: 'calls through the broker to a server that echoes: ours, and oslo.messaging with threads; one client for both',
  run: async (bench) => {
    const topics = { ours: `bench-${randomUUID()}`, other: `bench-${randomUUID()}` };
    const url = parseTransportUrl(bench.plane.transportUrl);
    const transport = new Transport({ url, options: DEFAULT_RABBIT_OPTIONS, program: 'bench', log: silent });
    transport.start();
    const client = new RpcClient({ transport, exchange: 'nova', kindOfClass: () => undefined });
    const children: ChildProcess[] = [];
    try {
      for (const side of ['ours', 'other'] as const) children.push(await serve(bench, side, topics[side]));
      const figures: Figure[] = [];
      for (const of of CASES) figures.push(...(await compare(bench, client, topics, of)));
      return figures;
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await client.close();
      await transport.close();
    }
  },
};
