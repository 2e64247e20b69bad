import type { Bench, Scenario } from '../bench.js';
import { builtMs } from '../built.js';
import type { Figure, Target } from '../figures.js';
import { deleteAll, timedBoot } from '../servers.js';
import { traced } from '../traced.js';

const NAME = 'bench-boot';
const TARGET: Target = { of: 'ratio', at: 'most', limit: 1 };

interface Kind {
  readonly what: string;
  readonly networks: unknown;
  /** Whether the services' own logs are those of the plane, to be read. */
  readonly isLogged: boolean;
}

/** One server after the other, our host and the other's in turn, each deleted before the next. */
async function sequential(bench: Bench, { what, networks, isLogged }: Kind): Promise<Figure[]> {
  const whole = { ours: [] as number[], other: [] as number[] };
  const service = { ours: [] as number[], other: [] as number[] };
  // The first boots of each side fill caches (image, tokens, code) and are not counted.
  for (let round = -2; round < bench.sizes.boots; round += 1) {
    for (const side of ['ours', 'other'] as const) {
      const { id, ms } = await timedBoot(bench, bench[side], { name: NAME, networks });
      const alone = isLogged ? await builtMs(bench, side, id) : 0;
      await deleteAll(bench, NAME);
      if (round < 0) continue;
      whole[side].push(ms);
      service[side].push(alone);
    }
  }
  const figure = (part: string, values: typeof whole): Figure => ({
    scenario: 'boot',
    what: `${what}${part}`,
    unit: 'ms',
    ours: values.ours,
    other: { who: bench.other.who, values: values.other },
    target: TARGET,
  });
  return [figure('', whole), ...(isLogged ? [figure(', in the service alone', service)] : [])];
}

export const boot: Scenario = {
  name: 'boot',
  about: 'server create to ACTIVE, one after the other; ours starts a container, the other does nothing',
  run: async (bench) => {
    const port = [{ uuid: bench.parts.networkId }];
    // The other's driver waits for no wiring, whatever it is told.
    const hasty = { vif_plugging_timeout: 0, vif_plugging_is_fatal: 'False' };
    const unwired = { what: 'one port, its wiring not waited for by ours either', networks: port, isLogged: false };
    return [
      ...(await sequential(bench, { what: 'no network', networks: 'none', isLogged: true })),
      ...(await sequential(bench, { what: 'one port', networks: port, isLogged: true })),
      ...(await traced(bench, hasty, () => sequential(bench, unwired))),
    ];
  },
};
