import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../plane/machine/wait.js';
import type { Bench, Scenario } from '../bench.js';
import type { Figure } from '../figures.js';
import { create, deleteAll } from '../servers.js';
import { traced, type Call } from '../traced.js';

const NAME = 'bench-growth';
/** Both periodic tasks run about three times in the window. */
const PERIOD_S = 10;
const WINDOW_S = 3 * PERIOD_S + 5;

/** What the service asks of the outside in a while in which nothing happens. */
async function quiet(bench: Bench, crowd: number): Promise<Figure[]> {
  const grown = async (): Promise<boolean> => (await bench.rows.countOf(NAME, 'active')) === crowd;
  const have = await bench.rows.countOf(NAME, 'active');
  if (crowd > have) await create(bench, bench.ours, { name: NAME, networks: 'none', count: crowd - have });
  await until(grown, { what: `${crowd} servers`, signal: bench.signal, everyMs: 500, timeoutMs: 1_800_000 });
  const options = { sync_power_state_interval: PERIOD_S, update_resources_interval: PERIOD_S };
  const calls = await traced(bench, options, async (soFar) => {
    // What a start does is over when the first round of the tasks is.
    await delay(PERIOD_S * 1000, undefined, { signal: bench.signal });
    const before = soFar().length;
    await delay(WINDOW_S * 1000, undefined, { signal: bench.signal });
    return soFar().slice(before);
  });
  return ['engine', 'rpc', 'placement'].flatMap((system) => figuresOf(system, crowd, calls));
}

function figuresOf(system: string, crowd: number, calls: readonly Call[]): Figure[] {
  const those = calls.filter((call) => call.system === system);
  const rounds = WINDOW_S / PERIOD_S;
  const total = those.reduce((sum, { ms }) => sum + ms, 0);
  const figure = (what: string, unit: string, value: number): Figure => ({
    scenario: 'growth',
    what: `${what} in ${PERIOD_S} quiet seconds, ${crowd} servers`,
    unit,
    ours: [value],
  });
  return [
    figure(`${system} calls`, 'calls', those.length / rounds),
    figure(`time of ${system} calls`, 'ms', total / rounds),
  ];
}

export const growth: Scenario = {
  name: 'growth',
  about: 'calls and their time for power sync and resource update, against the number of servers',
  run: async (bench) => {
    const figures: Figure[] = [];
    for (const crowd of bench.sizes.crowds) {
      bench.say(`quiet with ${crowd} servers`);
      figures.push(...(await quiet(bench, crowd)));
    }
    await deleteAll(bench, NAME);
    return figures;
  },
};
