import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { chooseCpus } from '../../../../src/resources/cpus/choose.js';
import { CpuPins } from '../../../../src/resources/cpus/pins.js';
import { cpuPlaces, onlineCpus, type CpuPlace } from '../../../../src/resources/cpus/places.js';
import { checkCpuSets, sharedCount } from '../../../../src/resources/cpus/sets.js';
import { wantedInventories } from '../../../../src/resources/inventories.js';
import { hostFacts, resourceSettings } from '../facts.js';

/** Two nodes of two cores of two threads: 0+4, 1+5 | 2+6, 3+7. */
const HOST: readonly CpuPlace[] = [0, 1, 2, 3, 4, 5, 6, 7].map((cpu) => ({
  cpu,
  node: cpu % 4 < 2 ? 0 : 1,
  core: cpu % 4,
}));

function free(...cpus: number[]): readonly CpuPlace[] {
  return HOST.filter(({ cpu }) => cpus.includes(cpu));
}

describe('resources/cpus', () => {
  const rows: [what: string, free: readonly CpuPlace[], count: number, chosen: readonly number[] | undefined][] = [
    ['whole cores first', HOST, 2, [0, 4]],
    ['one node', HOST, 4, [0, 1, 4, 5]],
    ['the node that fits best', free(0, 4, 2, 3, 6, 7), 2, [0, 4]],
    ['a lone thread before half a core', free(0, 1, 5), 1, [0]],
    ['a core and a lone thread', free(0, 1, 4, 2), 3, [0, 1, 4]],
    ['half a core when there is nothing else', free(1, 5), 1, [1]],
    ['several nodes when one is not enough', free(0, 4, 2, 6, 7), 5, [0, 2, 4, 6, 7]],
    ['nothing when there are not so many', free(0, 1), 3, undefined],
  ];
  for (const [what, places, count, chosen] of rows) {
    it(`chooses ${what}`, () => {
      deepEqual(chooseCpus(places, count), chosen);
    });
  }

  it('chooses as many as wanted, of the free ones, each once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 7 })), fc.integer({ min: 1, max: 8 }), (cpus, count) => {
        const chosen = chooseCpus(free(...cpus), count);
        if (cpus.length < count) return equal(chosen, undefined);
        equal(new Set(chosen).size, count);
        equal(
          chosen?.every((cpu) => cpus.includes(cpu)),
          true,
        );
      }),
    );
  });

  it('reads where CPUs are, as far as the kernel tells', async () => {
    const files: Record<string, string> = {
      '/sys/devices/system/cpu/online': '0-2,5\n',
      '/sys/devices/system/cpu/cpu1/topology/thread_siblings_list': '1,5\n',
    };
    const sources = {
      readText: (path: string) =>
        files[path] === undefined ? Promise.reject(new Error()) : Promise.resolve(files[path]),
      list: (path: string) =>
        path.endsWith('cpu1') ? Promise.resolve(['node1', 'topology']) : Promise.reject(new Error()),
    };
    deepEqual(await onlineCpus(sources), [0, 1, 2, 5]);
    deepEqual(await cpuPlaces([1, 2], sources), [
      { cpu: 1, node: 1, core: 1 },
      { cpu: 2, node: 0, core: 2 },
    ]);
  });

  it('publishes shared and dedicated ones apart', () => {
    const totals = (shared: number[] | null, dedicated: number[] | null): unknown => {
      const settings = resourceSettings({
        cpuSets: { shared, dedicated },
        reserved: { memoryMb: 0, cpus: 1, diskMb: 0 },
      });
      const { VCPU, PCPU } = wantedInventories(hostFacts(), settings, {});
      return { vcpu: VCPU?.total, pcpu: PCPU && [PCPU.total, PCPU.reserved, PCPU.allocation_ratio] };
    };
    deepEqual(totals(null, null), { vcpu: hostFacts().cpus, pcpu: undefined });
    deepEqual(totals([0, 1], [2, 3, 4]), { vcpu: 2, pcpu: [3, 0, 1] });
    deepEqual(totals(null, [2, 3]), { vcpu: undefined, pcpu: [2, 0, 1] });
    equal(sharedCount({ shared: [1], dedicated: null }, 8), 1);
  });

  it('refuses sets with CPUs that are not there', () => {
    checkCpuSets({ shared: [0], dedicated: [1] }, [0, 1]);
    checkCpuSets({ shared: null, dedicated: null }, [0]);
    throws(() => checkCpuSets({ shared: null, dedicated: [1, 9] }, [0, 1]), /cpu_dedicated_set.*: 9 \(online: 0, 1\)/);
  });
});

describe('resources/cpus/pins', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ncd-pins-'));
    file = join(folder, 'pins.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives no CPU to two, and remembers over a crash', async () => {
    const pins = await CpuPins.open(file, HOST);
    const [a, b] = await Promise.all([pins.reserve('a', 2), pins.reserve('b', 2)]);
    equal(new Set([...a, ...b]).size, 4);
    deepEqual(await pins.reserve('a', 2), a);
    const again = await CpuPins.open(file, HOST);
    deepEqual(await again.reserve('b', 2), b);
    const rest = await again.reserve('c', 4);
    equal(new Set([...a, ...b, ...rest]).size, 8);
    equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('says what is free when it is not enough', async () => {
    const pins = await CpuPins.open(file, free(2, 3));
    await pins.reserve('a', 1);
    await rejects(pins.reserve('b', 2), { kind: 'Conflict', message: /2 CPUs of its own are wanted, 1 of 2 are free/ });
    await pins.release('a');
    await pins.release('a');
    deepEqual(await pins.reserve('b', 2), [2, 3]);
  });

  it('chooses anew for another size, and when the set has changed', async () => {
    const pins = await CpuPins.open(file, free(2, 3));
    deepEqual(await pins.reserve('a', 1), [2]);
    deepEqual(await pins.reserve('a', 2), [2, 3]);
    const moved = await CpuPins.open(file, free(3, 7));
    deepEqual(await moved.reserve('a', 2), [3, 7]);
  });

  it('tells what it would give, and sets nothing aside by that', async () => {
    const pins = await CpuPins.open(file, free(2, 3));
    deepEqual(await pins.choose('a', 1), [2]);
    await rejects(stat(file), { code: 'ENOENT' });
    deepEqual(await pins.reserve('b', 1), [2]);
    deepEqual(await pins.choose('a', 1), [3]);
    deepEqual(await pins.choose('b', 1), [2]);
  });

  it('gives back those of instances that are gone', async () => {
    const pins = await CpuPins.open(file, HOST);
    await pins.reserve('a', 2);
    await pins.reserve('b', 2);
    await pins.keepOnly(new Set(['b']));
    deepEqual(Object.keys(JSON.parse(await readFile(file, 'utf8')) as object), ['b']);
  });

  it('refuses a file that is none', async () => {
    await writeFile(file, '{"a": [');
    await rejects(CpuPins.open(file, HOST), { kind: 'Invalid', message: /which CPUs are whose and can't be read/ });
  });
});
