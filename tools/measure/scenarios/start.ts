import { until } from '../../plane/machine/wait.js';
import type { Bench, Scenario } from '../bench.js';
import type { Side } from '../sides.js';

interface Row {
  readonly host: string;
  readonly state: string;
  readonly updated_at: string | null;
}

async function stateOf({ rest }: Bench, side: Side): Promise<string | undefined> {
  const path = '/os-services?binary=nova-compute';
  const { services } = await rest.get<{ services: Row[] }>('compute', path, { microversion: '2.93' });
  return services.find((row) => row.host === side.host)?.state;
}

export const start: Scenario = {
  name: 'start',
  about: 'from the start of the process until the API shows the service as up',
  run: async (bench) => {
    const values = new Map<Side, number[]>([bench.ours, bench.other].map((side) => [side, []]));
    for (let round = 0; round < bench.sizes.starts; round += 1) {
      for (const side of values.keys()) await side.stop(bench.signal);
      for (const side of values.keys()) {
        const down = async (): Promise<boolean> => (await stateOf(bench, side)) === 'down';
        await until(down, { what: `${side.host} to be down`, signal: bench.signal, everyMs: 500 });
      }
      for (const [side, times] of values) {
        const began = performance.now();
        const started = side.start(bench.signal);
        const up = async (): Promise<boolean> => (await stateOf(bench, side)) === 'up';
        await until(up, { what: `${side.host} to be up`, signal: bench.signal, everyMs: 50 });
        times.push(performance.now() - began);
        await started;
      }
    }
    const other = { who: bench.other.who, values: values.get(bench.other) ?? [] };
    const what = 'start to up in the API';
    const target = { of: 'ratio', at: 'most', limit: 0.3 } as const;
    return [{ scenario: 'start', what, unit: 'ms', ours: values.get(bench.ours) ?? [], other, target }];
  },
};
