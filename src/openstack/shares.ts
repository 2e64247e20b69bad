import type { Resources } from '../compute/ports/placement.js';
import { resourcesByKey } from './allocations.js';
import { changeConsumer, readConsumer } from './consumers.js';
import { callPlacement } from './placement.js';
import type { ResourceRequest } from './resource-request.js';
import type { Session } from './session.js';
import { objectIn, objectsIn, textsIn, type Json } from './shape.js';

/** Provider -> what is allocated of it. */
export type Share = ReadonlyMap<string, Resources>;

/** One way in which Placement can give what was asked for. */
export interface Candidate {
  readonly share: Share;
  /** Id of a group -> the providers that give it. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
}

/** What ports hold in Placement, as a part of what their instance holds. */
export interface Shares {
  held(consumerUuid: string): Promise<Share>;
  /** How the tree of this provider can give it; undefined: it cannot. */
  candidate(request: ResourceRequest, rootUuid: string): Promise<Candidate | undefined>;
  /**
   * Changes what a consumer holds; `change` may be asked several times, each time with what it holds then, and gives the
   * same share when there is nothing to change. Throws Conflict when others win every time, or when too much was taken.
   */
  change(consumerUuid: string, change: (held: Share) => Share): Promise<void>;
  traits(providerUuid: string): Promise<ReadonlySet<string>>;
}

/**
 * nova/scheduler/client/report.py (release 26): add_resources_to_instance_allocation and its like; candidates are asked for
 * as nova/scheduler/utils.py ResourceRequest asks.
 */
export function createShares(session: Session): Shares {
  return {
    held: async (consumer) => resourcesByKey((await readConsumer(session, consumer)).allocations, 'allocations.get'),
    candidate: (request, root) => candidate(session, request, root),
    change: (consumer, change) =>
      changeConsumer(session, consumer, (allocations) => {
        const held = resourcesByKey(allocations, 'allocations.get');
        const wanted = change(held);
        return wanted === held ? undefined : allocationsOf(wanted);
      }),
    traits: async (provider) => {
      const name = 'traits.get';
      const path = `/resource_providers/${encodeURIComponent(provider)}/traits`;
      const answer = await callPlacement(session, { name, method: 'GET', path });
      return new Set(textsIn(objectIn(answer.body, name)['traits'], name));
    },
  };
}

function allocationsOf(share: Share): Json {
  return Object.fromEntries([...share].map(([provider, resources]) => [provider, { resources }]));
}

/** Groups may be named since 1.33, answers tell of them since 1.34, and `same_subtree` is known since 1.36. */
const CANDIDATES_VERSION: Readonly<Record<string, string>> = { 'OpenStack-API-Version': 'placement 1.36' };

async function candidate(session: Session, request: ResourceRequest, root: string): Promise<Candidate | undefined> {
  const name = 'candidates.get';
  const path = `/allocation_candidates?${candidatesQuery(request, root).toString()}`;
  const answer = await callPlacement(session, { name, method: 'GET', path, headers: CANDIDATES_VERSION });
  const [first] = objectsIn(objectIn(answer.body, name)['allocation_requests'], name);
  if (first === undefined) return undefined;
  const mappings = Object.entries(objectIn(first['mappings'], name));
  return {
    share: resourcesByKey(objectIn(first['allocations'], name), name),
    providers: new Map(mappings.map(([group, uuids]) => [group, textsIn(uuids, name)])),
  };
}

/** With more than one group Placement wants a policy; this one says nothing. */
function candidatesQuery({ groups, sameSubtree }: ResourceRequest, root: string): URLSearchParams {
  const query = new URLSearchParams({ group_policy: 'none' });
  if (sameSubtree.length > 0) query.append('same_subtree', sameSubtree.join(','));
  for (const { id, resources, required } of groups) {
    const wanted = Object.entries(resources).map(([name, amount]) => `${name}:${amount}`);
    query.append(`resources${id}`, wanted.join(','));
    if (required.length > 0) query.append(`required${id}`, required.join(','));
    query.append(`in_tree${id}`, root);
  }
  return query;
}
