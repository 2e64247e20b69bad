import type { Resources } from '../../compute/ports/placement.js';
import type { ResourceGroup } from '../../openstack/resource-request.js';
import type { Share } from '../../openstack/shares.js';
import { minus } from './share.js';

const NOBODY: Share = new Map();

type Traits = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Which provider of what is held gives each group: Placement tells that only when it is asked for candidates
 * (nova/objects/request_spec.py map_requested_resources_to_providers, release 26, with the same limits: by resources and
 * required traits). Groups for which nothing is held are left out; as many as possible are not.
 */
export function fitGroups(
  groups: readonly ResourceGroup[],
  held: Share,
  traits: Traits,
): ReadonlyMap<string, readonly string[]> {
  const [group, ...others] = groups;
  if (group === undefined) return new Map();
  let best = fitGroups(others, held, traits);
  for (const provider of providersOf(group, held, traits)) {
    const rest = minus(held, new Map([[provider, group.resources]]), NOBODY);
    const found = new Map([[group.id, [provider]], ...fitGroups(others, rest, traits)]);
    if (found.size === groups.length) return found;
    if (found.size > best.size) best = found;
  }
  return best;
}

function providersOf({ resources, required }: ResourceGroup, held: Share, traits: Traits): readonly string[] {
  const fits = ([provider, there]: [string, Resources]): boolean =>
    required.every((trait) => traits.get(provider)?.has(trait) === true) &&
    Object.entries(resources).every(([name, amount]) => (there[name] ?? 0) >= amount);
  return [...held].filter(fits).map(([provider]) => provider);
}
