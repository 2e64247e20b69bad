import type { MovingAllocations, Resources } from '../compute/ports/placement.js';
import { ServiceError } from '../errors/kinds.js';
import { changeConsumer, consumerBody, consumerPath, putConsumer, readConsumer, TRIES } from './consumers.js';
import { callPlacement, isConcurrentUpdate, providersInTree } from './placement.js';
import type { Session } from './session.js';
import { numberIn, objectIn, type Json } from './shape.js';

/** Allocations as the audit sees them: by provider. */
export interface ProviderAllocations {
  /** Consumer uuid -> what it holds of this provider. Throws NotFound when there is no such provider. */
  ofProvider(providerUuid: string): Promise<ReadonlyMap<string, Resources>>;
  /**
   * Removes everything the consumer holds if nobody changes it meanwhile; false when there was nothing.
   * Throws Conflict when somebody did.
   */
  removeUnchanged(consumerUuid: string): Promise<boolean>;
}

/** Allocations of Placement (nova/scheduler/client/report.py, release 26, same calls and microversions). */
export function createAllocations(session: Session): MovingAllocations & ProviderAllocations {
  return {
    of: async (consumer) => resourcesByKey((await readConsumer(session, consumer)).allocations, 'allocations.get'),
    remove: async (consumer) => {
      await callPlacement(session, {
        name: 'allocations.remove',
        method: 'DELETE',
        path: consumerPath(consumer),
        accept: [404],
      });
    },
    move: (from, to) => move(session, from, to),
    removeFrom: (consumer, provider) => removeFrom(session, consumer, provider),
    ofProvider: async (provider) => {
      const name = 'allocations.ofProvider';
      const url = `/resource_providers/${encodeURIComponent(provider)}/allocations`;
      const answer = await callPlacement(session, { name, method: 'GET', path: url });
      return resourcesByKey(objectIn(objectIn(answer.body, name)['allocations'], name), name);
    },
    removeUnchanged: async (consumer) => {
      const record = await readConsumer(session, consumer);
      if (Object.keys(record.allocations).length === 0) return false;
      await putConsumer(session, consumer, { ...record, allocations: {} });
      return true;
    },
  };
}

/**
 * A conflict may come from a provider that somebody else's boot has just changed: then it is said again. But a consumer
 * that changed in between was changed by somebody who knows better, and is left alone. (Nova tells them apart by text.)
 */
async function move(session: Session, from: string, to: string): Promise<void> {
  let first: readonly (number | null)[] | undefined;
  for (let attempt = 1; ; attempt++) {
    const [source, target] = [await readConsumer(session, from), await readConsumer(session, to)];
    if (Object.keys(source.allocations).length === 0) return;
    first ??= [source.generation, target.generation];
    if (source.generation !== first[0] || target.generation !== first[1]) throw moveFailed(from, to, undefined);
    const owner = { projectId: source.projectId, userId: source.userId };
    const body = {
      [from]: consumerBody({ ...source, allocations: {} }),
      [to]: consumerBody({ ...target, ...owner, allocations: source.allocations }),
    };
    try {
      await postAllocations(session, body);
      return;
    } catch (error) {
      if (!isConcurrentUpdate(error)) throw error;
      if (attempt >= TRIES) throw moveFailed(from, to, error);
    }
  }
}

/**
 * Of a provider's whole tree: what a port holds of a network agent's providers goes with its host
 * (nova/scheduler/client/report.py remove_provider_tree_from_instance_allocation, release 26).
 */
async function removeFrom(session: Session, consumer: string, root: string): Promise<void> {
  await changeConsumer(session, consumer, async (allocations) => {
    const held = Object.keys(allocations);
    const isAlone = held.every((provider) => provider === root);
    const tree = new Set([root, ...(isAlone ? [] : await providersInTree(session, root))]);
    if (!held.some((provider) => tree.has(provider))) return undefined;
    return Object.fromEntries(Object.entries(allocations).filter(([provider]) => !tree.has(provider)));
  });
}

async function postAllocations(session: Session, body: Json): Promise<void> {
  // Guarded by the consumers' generations: a repetition of one that worked is refused as concurrent, then found done.
  const request = { name: 'allocations.move', method: 'POST', path: '/allocations', repeatable: true } as const;
  await callPlacement(session, { ...request, body });
}

/** Provider or consumer -> its resources, of an answer about allocations. */
export function resourcesByKey(entries: Json, call: string): ReadonlyMap<string, Resources> {
  return new Map(
    Object.entries(entries).map(([key, value]) => {
      const resources = objectIn(objectIn(value, call)['resources'], call);
      return [key, Object.fromEntries(Object.entries(resources).map(([name, n]) => [name, numberIn(n, call)]))];
    }),
  );
}

function moveFailed(from: string, to: string, cause: unknown): ServiceError {
  return new ServiceError(
    'Conflict',
    `Allocations of ${from} or ${to} were changed by somebody else while moving them`,
    {
      cause,
      nova: {
        name: 'AllocationMoveFailed',
        kwargs: { source_consumer: from, target_consumer: to, error: 'concurrent update' },
      },
    },
  );
}
