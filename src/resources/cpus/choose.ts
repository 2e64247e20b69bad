import type { CpuPlace } from './places.js';

/**
 * Which of the free CPUs an instance gets: all of one NUMA node if there is one with so many free (the fullest that
 * fits, so that large instances find room later), and whole cores before threads whose sibling is somebody else's.
 * undefined: there are not so many.
 */
export function chooseCpus(free: readonly CpuPlace[], count: number): readonly number[] | undefined {
  if (free.length < count) return undefined;
  const fits = [...groupedBy(free, ({ node }) => node).values()]
    .filter((places) => places.length >= count)
    .sort((a, b) => a.length - b.length);
  const cores = [...groupedBy(fits[0] ?? free, ({ core }) => core).values()];
  // The largest remainders first; for the last CPUs a core that is no larger than what is still wanted.
  const chosen: CpuPlace[] = [];
  for (const core of cores.sort((a, b) => b.length - a.length)) {
    if (core.length <= count - chosen.length) chosen.push(...core);
  }
  const left = cores.flat().filter((place) => !chosen.includes(place));
  return [...chosen, ...left.slice(0, count - chosen.length)].map(({ cpu }) => cpu).sort((a, b) => a - b);
}

function groupedBy(places: readonly CpuPlace[], key: (place: CpuPlace) => number): Map<number, CpuPlace[]> {
  const groups = new Map<number, CpuPlace[]>();
  for (const place of places) groups.set(key(place), [...(groups.get(key(place)) ?? []), place]);
  return groups;
}
