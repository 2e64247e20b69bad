import { until } from '../../plane/machine/wait.js';
import { quantile, type Figure } from '../figures.js';
import { Trouble } from '../../plane/trouble.js';
import type { Bench, Scenario } from '../bench.js';
import { create, deleteAll, listOf, show } from '../servers.js';

const NAME = 'bench-state';

async function containerOf({ plane }: Bench, id: string): Promise<string> {
  const filter = `label=org.openstack.nova.instance_uuid=${id}`;
  return (await plane.docker(['ps', '--quiet', '--filter', filter])).trim();
}

/** Milliseconds from `docker kill` to SHUTOFF in the API, which is asked when its row says so. */
async function timedKill(bench: Bench, id: string): Promise<number> {
  const container = await containerOf(bench, id);
  const began = performance.now();
  await bench.plane.docker(['kill', container]);
  const isTold = async (): Promise<boolean> => (await bench.rows.stateOf(id)) === 'stopped';
  await until(isTold, { what: `${id} to be stopped`, signal: bench.signal, everyMs: 10 });
  const { status } = await show(bench.rest, id);
  if (status !== 'SHUTOFF') throw new Trouble(`the API shows ${status} for a row that is stopped`);
  return performance.now() - began;
}

async function kills(bench: Bench, ids: readonly string[]): Promise<Figure[]> {
  const times: number[] = [];
  for (const id of ids.slice(0, bench.sizes.kills)) times.push(await timedKill(bench, id));
  const what = (which: string): string => `docker kill to SHUTOFF, ${which}, ${bench.sizes.running} running`;
  const common = { scenario: 'states', unit: 'ms' };
  return [
    { ...common, what: what('p50'), ours: [quantile(times, 0.5)] },
    { ...common, what: what('p99'), ours: [quantile(times, 0.99)], target: { of: 'value', at: 'most', limit: 1000 } },
  ];
}

/** Many containers stopped by one command of the engine's client. */
async function storm(bench: Bench, ids: readonly string[]): Promise<Figure[]> {
  const chosen = ids.slice(bench.sizes.kills, bench.sizes.kills + bench.sizes.storm);
  const containers: string[] = [];
  for (const id of chosen) containers.push(await containerOf(bench, id));
  const before = await bench.rows.countOf(NAME, 'stopped');
  const began = performance.now();
  await bench.plane.docker(['stop', '--time', '1', ...containers]);
  const stopped = performance.now() - began;
  const all = async (): Promise<boolean> => (await bench.rows.countOf(NAME, 'stopped')) === before + containers.length;
  await until(all, { what: 'the storm to show', signal: bench.signal, everyMs: 100, timeoutMs: 300_000 });
  const shown = performance.now() - began;
  const common = { scenario: 'states', unit: 's' };
  return [
    {
      ...common,
      what: `${containers.length} stopped at once, all SHUTOFF`,
      ours: [shown / 1000],
      other: { who: 'docker stop itself', values: [stopped / 1000] },
    },
  ];
}

export const states: Scenario = {
  name: 'states',
  about: 'how soon the API shows what happened to a container',
  run: async (bench) => {
    const { running } = bench.sizes;
    await create(bench, bench.ours, { name: NAME, networks: 'none', count: running });
    const all = async (): Promise<boolean> => (await bench.rows.countOf(NAME, 'active')) === running;
    await until(all, { what: `${running} servers`, signal: bench.signal, everyMs: 500, timeoutMs: 900_000 });
    const ids = (await listOf(bench.rest, `name=^${NAME}`)).map(({ id }) => id);
    const figures = [...(await kills(bench, ids)), ...(await storm(bench, ids))];
    await deleteAll(bench, NAME);
    return figures;
  },
};
