import type { ContainerKey, ContainerState, ContainerSummary } from '../../compute/ports/containers.js';
import { listContainers } from '../engine/containers.js';
import type { ContainerListItem } from '../engine/wire.js';
import { LABEL, ownerOf } from '../labels.js';
import { inspectedState, listedState } from '../state.js';
import type { ContainerParts } from './parts.js';

/** The state of our container; undefined when there is none of ours. */
export async function state({ ours }: ContainerParts, key: ContainerKey): Promise<ContainerState | undefined> {
  const occupant = await ours.look(key);
  return occupant.whose === 'ours' ? inspectedState(key, occupant.inspect) : undefined;
}

/** All of ours with one call: the engine filters by our host's label, name and labels are compared here. */
export async function states({ engine, ours }: ContainerParts, host: string): Promise<readonly ContainerSummary[]> {
  const items = await listContainers(engine, `${LABEL.host}=${host}`);
  return items.flatMap((item) => {
    const key = ownNameKey(item, host);
    if (key === undefined) return [];
    ours.remember(key, item.Id);
    return [listedState(key, item)];
  });
}

/** A container has its own name and, for every link from another, one more path. */
function ownNameKey(item: ContainerListItem, host: string): ContainerKey | undefined {
  for (const name of item.Names) {
    const key = ownerOf(name, item.Labels, host);
    if (key !== undefined) return key;
  }
  return undefined;
}
