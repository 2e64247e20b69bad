import type { Plane } from '../plane.js';
import { Rest } from './rest.js';

/** Every one has a disk: Nova's policy refuses those without to ordinary users. Memory in MiB, disk in GiB. */
const FLAVORS = [
  { id: '1', name: 'm1.nano', vcpus: 1, ram: 64, disk: 1 },
  { id: '2', name: 'm1.micro', vcpus: 1, ram: 128, disk: 1 },
  { id: '3', name: 'm1.tiny', vcpus: 1, ram: 256, disk: 1 },
  { id: '4', name: 'm1.small', vcpus: 2, ram: 512, disk: 2 },
] as const;

/** @returns a note on the flavors made, or undefined when all were there */
export async function makeFlavors(plane: Plane): Promise<string | undefined> {
  const rest = new Rest(plane, 'admin');
  const there = await rest.get<{ flavors: { name: string }[] }>('compute', '/flavors');
  const missing = FLAVORS.filter(({ name }) => !there.flavors.some((flavor) => flavor.name === name));
  // A run beside this one may have made it meanwhile (409).
  for (const flavor of missing) await rest.post('compute', '/flavors', { flavor }, { accept: [409] });
  return missing.length === 0 ? undefined : missing.map(({ name }) => name).join(', ');
}
