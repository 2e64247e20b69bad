import type { Bench, Scenario } from '../bench.js';
import type { Figure } from '../figures.js';
import { deleteAll, timedBoot } from '../servers.js';

/** One server after the other, our host and the other's in turn, each deleted before the next. */
async function sequential(bench: Bench, what: string, networks: unknown): Promise<Figure> {
  const values = { ours: [] as number[], other: [] as number[] };
  // The first boots of each side fill caches (image, tokens, code) and are not counted.
  for (let round = -2; round < bench.sizes.boots; round += 1) {
    for (const side of ['ours', 'other'] as const) {
      const { ms } = await timedBoot(bench, bench[side], { name: 'bench-boot', networks });
      await deleteAll(bench, 'bench-boot');
      if (round >= 0) values[side].push(ms);
    }
  }
  return {
    scenario: 'boot',
    what,
    unit: 'ms',
    ours: values.ours,
    other: { who: bench.other.who, values: values.other },
    target: { of: 'ratio', at: 'most', limit: 1 },
  };
}

export const boot: Scenario = {
  name: 'boot',
  about: 'server create to ACTIVE, one after the other; ours starts a container, the other does nothing',
  run: async (bench) => [
    await sequential(bench, 'no network', 'none'),
    await sequential(bench, 'one port', [{ uuid: bench.parts.networkId }]),
  ],
};
