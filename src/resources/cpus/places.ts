/** Where a CPU of the host is. */
export interface CpuPlace {
  readonly cpu: number;
  /** NUMA node. */
  readonly node: number;
  /** The lowest of the CPUs that share its core. */
  readonly core: number;
}

export interface CpuSources {
  readonly readText: (path: string) => Promise<string>;
  readonly list: (path: string) => Promise<readonly string[]>;
}

const FOLDER = '/sys/devices/system/cpu';

/** CPUs that are online (`0-3,8` in the kernel's words). */
export async function onlineCpus({ readText }: CpuSources): Promise<readonly number[]> {
  return parseRanges(await readText(`${FOLDER}/online`));
}

/** The places of these CPUs; what a kernel does not tell is taken for one node, and a core for each. */
export async function cpuPlaces(cpus: readonly number[], sources: CpuSources): Promise<readonly CpuPlace[]> {
  return Promise.all(
    cpus.map(async (cpu) => {
      const [names, siblings] = await Promise.all([
        sources.list(`${FOLDER}/cpu${cpu}`).catch(() => []),
        sources.readText(`${FOLDER}/cpu${cpu}/topology/thread_siblings_list`).catch(() => String(cpu)),
      ]);
      const node = names.map((name) => /^node(\d+)$/.exec(name)?.[1]).find((number) => number !== undefined);
      return { cpu, node: Number(node ?? 0), core: Math.min(...parseRanges(siblings)) };
    }),
  );
}

function parseRanges(text: string): readonly number[] {
  return text
    .trim()
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
}
