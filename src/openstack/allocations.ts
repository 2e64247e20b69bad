import type { MovingAllocations, Resources } from '../compute/ports/placement.js';
import { ServiceError } from '../errors/kinds.js';
import { callPlacement, isConcurrentUpdate } from './placement.js';
import type { Session } from './session.js';
import { numberIn, objectIn, type Json } from './shape.js';

/** What Placement says of a consumer; sent back with a change it proves what the change was based on. */
interface ConsumerRecord {
  readonly allocations: Json;
  /** Absent when the consumer holds nothing: Placement forgets it then. */
  readonly generation: number | null;
  readonly projectId: string | undefined;
  readonly userId: string | undefined;
}

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

const TRIES = 4;

/** Allocations of Placement (nova/scheduler/client/report.py, release 26, same calls and microversions). */
export function createAllocations(session: Session): MovingAllocations & ProviderAllocations {
  return {
    of: async (consumer) => resourcesByKey((await readConsumer(session, consumer)).allocations, 'allocations.get'),
    remove: async (consumer) => {
      await callPlacement(session, {
        name: 'allocations.remove',
        method: 'DELETE',
        path: path(consumer),
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
      [from]: wire({ ...source, allocations: {} }),
      [to]: wire({ ...target, ...owner, allocations: source.allocations }),
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

async function removeFrom(session: Session, consumer: string, provider: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const record = await readConsumer(session, consumer);
    if (record.allocations[provider] === undefined) return;
    const rest = Object.fromEntries(Object.entries(record.allocations).filter(([uuid]) => uuid !== provider));
    try {
      await putConsumer(session, consumer, { ...record, allocations: rest });
      return;
    } catch (error) {
      if (!isConcurrentUpdate(error) || attempt >= TRIES) throw error;
    }
  }
}

async function readConsumer(session: Session, consumer: string): Promise<ConsumerRecord> {
  const name = 'allocations.get';
  const answer = await callPlacement(session, { name, method: 'GET', path: path(consumer) });
  const body = objectIn(answer.body, name);
  const text = (key: string) => (typeof body[key] === 'string' ? body[key] : undefined);
  const generation = body['consumer_generation'];
  return {
    allocations: objectIn(body['allocations'], name),
    generation: typeof generation === 'number' ? generation : null,
    projectId: text('project_id'),
    userId: text('user_id'),
  };
}

async function putConsumer(session: Session, consumer: string, record: ConsumerRecord): Promise<void> {
  const body = wire(record);
  await callPlacement(session, { name: 'allocations.put', method: 'PUT', path: path(consumer), body });
}

async function postAllocations(session: Session, body: Json): Promise<void> {
  // Guarded by the consumers' generations: a repetition of one that worked is refused as concurrent, then found done.
  const request = { name: 'allocations.move', method: 'POST', path: '/allocations', repeatable: true } as const;
  await callPlacement(session, { ...request, body });
}

function wire(record: ConsumerRecord): Json {
  return {
    allocations: record.allocations,
    project_id: record.projectId,
    user_id: record.userId,
    consumer_generation: record.generation,
  };
}

function path(consumer: string): string {
  return `/allocations/${encodeURIComponent(consumer)}`;
}

function resourcesByKey(entries: Json, call: string): ReadonlyMap<string, Resources> {
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
