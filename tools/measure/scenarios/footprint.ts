import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../plane/machine/wait.js';
import type { Bench, Scenario } from '../bench.js';
import type { Figure, Target } from '../figures.js';
import { create, deleteAll, timedBoot } from '../servers.js';
import { recordOf } from '../sides.js';
import { cpuSeconds, residentMib } from '../usage.js';

const most = (limit: number): Target => ({ of: 'ratio', at: 'most', limit });

/** Processor time for each boot and delete, measured over all of them so that ticks of 10 ms do not matter. */
async function perBoot(bench: Bench): Promise<Figure[]> {
  const spent = { ours: [] as number[], other: [] as number[], engine: [] as number[] };
  const engine = (): number => cpuSeconds(recordOf(bench.plane.plane, { name: 'docker' })) + containerdSeconds(bench);
  for (let round = 0; round < 3; round += 1) {
    for (const side of ['ours', 'other'] as const) {
      const before = [cpuSeconds(bench[side].record()), engine()] as const;
      for (let boot = 0; boot < bench.sizes.boots; boot += 1) {
        await timedBoot(bench, bench[side], { name: 'bench-cpu', networks: 'none' });
        await deleteAll(bench, 'bench-cpu');
      }
      spent[side].push(((cpuSeconds(bench[side].record()) - before[0]) * 1000) / bench.sizes.boots);
      if (side === 'ours') spent.engine.push(((engine() - before[1]) * 1000) / bench.sizes.boots);
    }
  }
  const other = { who: bench.other.who, values: spent.other };
  const common = { scenario: 'footprint', unit: 'ms' };
  return [
    { ...common, what: 'CPU per boot and delete', ours: spent.ours, other, target: most(0.25) },
    { ...common, what: 'CPU of dockerd and containerd per boot', ours: spent.engine },
  ];
}

function containerdSeconds({ plane }: Bench): number {
  return cpuSeconds(recordOf(plane.plane, { name: 'containerd' }));
}

const CROWD = 'bench-crowd';

/** Both sides have the same number of servers and do nothing, in the same minute. */
async function idle(bench: Bench, crowd: number): Promise<Figure[]> {
  bench.say(`idle with ${crowd} servers on each host`);
  if (crowd > 0) {
    for (const side of [bench.ours, bench.other])
      await create(bench, side, { name: CROWD, networks: 'none', count: crowd });
    const all = async (): Promise<boolean> => (await bench.rows.countOf(CROWD, 'active')) === 2 * crowd;
    await until(all, { what: 'the crowd', signal: bench.signal, everyMs: 1000, timeoutMs: 3_000_000 });
  }
  await delay(bench.sizes.settleSeconds * 1000, undefined, { signal: bench.signal });
  const sides = [bench.ours, bench.other] as const;
  const before = sides.map((side) => cpuSeconds(side.record()));
  await delay(bench.sizes.idleSeconds * 1000, undefined, { signal: bench.signal });
  const [ours = 0, other = 0] = sides.map(
    (side, index) => ((cpuSeconds(side.record()) - (before[index] ?? 0)) * 60_000) / bench.sizes.idleSeconds,
  );
  const [oursMib, otherMib] = [residentMib(bench.ours.record()), residentMib(bench.other.record())];
  const common = (mine: number, theirs: number) => ({
    scenario: 'footprint',
    ours: [mine],
    other: { who: bench.other.who, values: [theirs] },
  });
  return [
    { ...common(ours, other), what: `CPU per idle minute, ${crowd} servers`, unit: 'ms', target: most(0.5) },
    { ...common(oursMib, otherMib), what: `resident memory, ${crowd} servers`, unit: 'MiB', target: most(0.6) },
  ];
}

export const footprint: Scenario = {
  name: 'footprint',
  about: 'processor time and memory of the service with all its children',
  async *run(bench) {
    yield* await perBoot(bench);
    for (const crowd of bench.sizes.crowds) {
      yield* await idle(bench, crowd);
      // Longer than all before, in large ones: after the figures are known.
      if (crowd > 0) await deleteAll(bench, CROWD);
    }
  },
};
