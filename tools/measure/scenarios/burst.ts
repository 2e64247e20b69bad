import { until } from '../../plane/machine/wait.js';
import { Trouble } from '../../plane/trouble.js';
import type { Bench, Scenario } from '../bench.js';
import type { Figure } from '../figures.js';
import { create, deleteAll } from '../servers.js';
import type { Side } from '../sides.js';

const NAME = 'bench-burst';

/** Milliseconds from the request for many servers until the last of them is ACTIVE. */
async function makespan(bench: Bench, side: Side, count: number): Promise<number> {
  const began = performance.now();
  await create(bench, side, { name: NAME, networks: 'none', count });
  const all = async (): Promise<boolean> => {
    if ((await bench.rows.countOf(NAME, 'error')) > 0) throw new Trouble(`a server of the burst is in ERROR`);
    return (await bench.rows.countOf(NAME, 'active')) === count;
  };
  await until(all, { what: `${count} servers`, signal: bench.signal, everyMs: 100, timeoutMs: 900_000 });
  const ms = performance.now() - began;
  await deleteAll(bench, NAME);
  return ms;
}

/** Small ones twice, the second time in the other order; a large one takes minutes. */
const SMALL = 100;

async function burst(bench: Bench, count: number): Promise<Figure> {
  const seconds = { ours: [] as number[], other: [] as number[] };
  const there = ['ours', 'other'] as const;
  const order = count < SMALL ? [...there, ...there.toReversed()] : there;
  for (const side of order) seconds[side].push((await makespan(bench, bench[side], count)) / 1000);
  return {
    scenario: 'burst',
    what: `${count} servers at once`,
    unit: 's',
    ours: seconds.ours,
    other: { who: bench.other.who, values: seconds.other },
    target: { of: 'ratio', at: 'most', limit: 0.9 },
  };
}

export const bursts: Scenario = {
  name: 'burst',
  about: 'many servers by one request, until the last is ACTIVE',
  async *run(bench) {
    for (const count of bench.sizes.bursts) {
      bench.say(`burst of ${count}`);
      yield await burst(bench, count);
    }
  },
};
