import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Scenario } from '../bench.js';
import type { Figure } from '../figures.js';
import { deleteAll, timedBoot } from '../servers.js';
import { traced, type Call } from '../traced.js';

const NAME = 'bench-trace';
/** So often that nothing periodic falls into the boot. */
const NEVER_S = 86_400;

function show(bench: Bench, title: string, calls: readonly Call[]): void {
  const [first] = calls;
  if (first === undefined) return;
  bench.say(`${title}: start, length, call`);
  for (const { at, system, name, ms, outcome } of [...calls].sort((a, b) => a.at - b.at)) {
    const end = outcome === 'ok' ? '' : ` ${outcome}`;
    bench.say(`  ${String(at - first.at).padStart(6)} ${ms.toFixed(1).padStart(8)} ms  ${system}.${name}${end}`);
  }
}

async function boot(bench: Bench, what: string, networks: unknown): Promise<Figure[]> {
  const settled = async (): Promise<void> => {
    await delay(2000, undefined, { signal: bench.signal });
  };
  const options = { update_resources_interval: NEVER_S, sync_power_state_interval: NEVER_S };
  return traced(bench, options, async (calls) => {
    // The first boot fills the caches.
    await timedBoot(bench, bench.ours, { name: NAME, networks });
    await deleteAll(bench, NAME);
    await settled();
    const before = calls().length;
    await timedBoot(bench, bench.ours, { name: NAME, networks });
    await settled();
    const booted = calls().slice(before);
    await deleteAll(bench, NAME);
    await settled();
    const deleted = calls().slice(before + booted.length);
    show(bench, `a boot, ${what}`, booted);
    show(bench, `a delete, ${what}`, deleted);
    const figure = (verb: string, list: readonly Call[]): Figure[] =>
      ['engine', 'rpc', 'neutron', 'placement', 'glance', 'keystone'].map((system) => ({
        scenario: 'trace',
        what: `${system} calls of a ${verb}, ${what}`,
        unit: 'calls',
        ours: [list.filter((call) => call.system === system).length],
      }));
    return [...figure('boot', booted), ...figure('delete', deleted)];
  });
}

export const trace: Scenario = {
  name: 'trace',
  about: 'every call of one boot and one delete, with its start and its length',
  run: async (bench) => [
    ...(await boot(bench, 'no network', 'none')),
    ...(await boot(bench, 'one port', [{ uuid: bench.parts.networkId }])),
  ],
};
