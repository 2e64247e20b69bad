import { dirname } from 'node:path';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { containerMissing } from '../containers/refusals.js';
import type { ContainerInspect } from '../engine/wire.js';
import type { DisksParts } from './parts.js';

/** Where the engine keeps a container's own layer, or the driver that has no such folder. */
export type OwnLayer =
  { readonly folder: string; readonly upper: string } | { readonly folder: null; readonly driver: string };

/** By the driver's own way to keep it (daemon/graphdriver/overlay2). */
export function ownLayer({ GraphDriver: graph }: ContainerInspect): OwnLayer {
  // An engine that keeps images in containerd tells of no driver.
  const { Name: driver, Data: data } = (graph ?? { Name: 'none that it names', Data: null }) as {
    Name: string;
    Data: { UpperDir?: string } | null;
  };
  const upper = data?.UpperDir;
  return driver === 'overlay2' && upper !== undefined ? { folder: dirname(upper), upper } : { folder: null, driver };
}

export async function inspected({ ours }: DisksParts, container: ContainerKey): Promise<ContainerInspect> {
  const occupant = await ours.look(container);
  if (occupant.whose !== 'ours') throw containerMissing(container);
  return occupant.inspect;
}
