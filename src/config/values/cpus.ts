import { BadValue, type ValueType } from './value-type.js';

/** Linux is built for no more. */
const MOST_CPUS = 8192;

/**
 * Numbers of CPUs: `2-7,^4`, in Nova's grammar (nova/virt/hardware.py parse_cpu_spec, release 26): single ones, ranges,
 * and with a caret those that are left out. Sorted, each once; an empty text is unset, a set of none a mistake.
 */
export function cpuSet(): ValueType<readonly number[] | undefined> {
  return {
    name: 'string value',
    limits: [],
    format: (cpus) => cpuRanges(cpus ?? []),
    parse(text) {
      const rules = text.split(',').filter((rule) => rule.trim() !== '');
      if (rules.length === 0) return undefined;
      const chosen = new Set<number>();
      const left = new Set<number>();
      for (const rule of rules) {
        const [, caret, first, last = first] = /^\s*(\^?)\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(rule) ?? [];
        const [from, to] = [Number(first), Number(last)];
        if (!(from <= to && to < MOST_CPUS)) throw new BadValue('expected numbers of CPUs such as 2-7,^4,9');
        for (let cpu = from; cpu <= to; cpu += 1) (caret === '^' ? left : chosen).add(cpu);
      }
      const cpus = [...chosen].filter((cpu) => !left.has(cpu)).sort((a, b) => a - b);
      if (cpus.length === 0) throw new BadValue('no CPU is left of it');
      return cpus;
    },
  };
}

/** CPUs in the kernel's words: `0-3,8`. Takes them sorted. */
export function cpuRanges(cpus: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const cpu of cpus) {
    const last = ranges.at(-1);
    if (last?.[1] === cpu - 1) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
