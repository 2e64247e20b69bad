import { until } from '../../plane/machine/wait.js';
import { Trouble } from '../../plane/trouble.js';
import type { Bench, Scenario } from '../bench.js';
import type { Figure } from '../figures.js';
import { create, deleteAll } from '../servers.js';
import type { Side } from '../sides.js';

const NAME = 'bench-burst';
/** As many engine calls at once as a person would dare by hand. */
const BY_HAND = 8;

/** Milliseconds from the request for many servers until the last of them is ACTIVE. */
async function makespan(bench: Bench, side: Side, count: number): Promise<number> {
  const began = performance.now();
  await create(bench, side, { name: NAME, networks: 'none', count });
  const all = async (): Promise<boolean> => {
    if ((await bench.rows.countOf(NAME, 'error')) > 0) throw new Trouble(`a server of the burst is in ERROR`);
    return (await bench.rows.countOf(NAME, 'active')) === count;
  };
  await until(all, { what: `${count} servers`, signal: bench.signal, everyMs: 50, timeoutMs: 900_000 });
  const ms = performance.now() - began;
  await deleteAll(bench, NAME);
  return ms;
}

/** The same containers by the engine's own client, eight at a time. */
async function byHand(bench: Bench, count: number): Promise<number> {
  const image = await imageOnEngine(bench);
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      const name = `${NAME}-${next}`;
      const options = ['--name', name, '--hostname', name, '--network', 'none', '--label', 'bench=hand'];
      await bench.plane.docker(['run', '--detach', ...options, '--memory', '64m', image]);
    }
  };
  await Promise.all(Array.from({ length: BY_HAND }, worker));
  const ms = performance.now() - began;
  const ids = (await bench.plane.docker(['ps', '--all', '--quiet', '--filter', 'label=bench=hand'])).trim().split('\n');
  await bench.plane.docker(['rm', '--force', ...ids]);
  return ms;
}

/** What a server of ours left in the engine's store. */
async function imageOnEngine(bench: Bench): Promise<string> {
  const [image] = (await bench.plane.docker(['images', '--all', '--quiet'])).trim().split('\n');
  if (image === undefined || image === '') throw new Trouble('the engine has no image yet: no server was booted');
  return image;
}

async function burst(bench: Bench, count: number): Promise<Figure[]> {
  const ours = await makespan(bench, bench.ours, count);
  const other = await makespan(bench, bench.other, count);
  const hand = await byHand(bench, count);
  const common = { scenario: 'burst', unit: 's', ours: [ours / 1000] };
  return [
    {
      ...common,
      what: `${count} servers at once`,
      other: { who: bench.other.who, values: [other / 1000] },
      target: { of: 'ratio', at: 'most', limit: 0.9 },
    },
    { ...common, what: `${count} servers, to docker run -d`, other: { who: 'docker run', values: [hand / 1000] } },
  ];
}

export const bursts: Scenario = {
  name: 'burst',
  about: 'many servers by one request, until the last is ACTIVE',
  run: async (bench) => {
    const figures: Figure[] = [];
    for (const count of bench.sizes.bursts) {
      bench.say(`burst of ${count}`);
      figures.push(...(await burst(bench, count)));
    }
    return figures;
  },
};
