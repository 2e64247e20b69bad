import { isDeepStrictEqual } from 'node:util';
import { callPlacement, isConcurrentUpdate } from './placement.js';
import type { Session } from './session.js';
import { objectIn, type Json } from './shape.js';

/** What Placement says of a consumer; sent back with a change it proves what the change was based on. */
export interface ConsumerRecord {
  readonly allocations: Json;
  /** Absent when the consumer holds nothing: Placement forgets it then. */
  readonly generation: number | null;
  readonly projectId: string | undefined;
  readonly userId: string | undefined;
}

/** So often a change is computed again from what Placement says now. */
export const TRIES = 4;

export async function readConsumer(session: Session, consumer: string): Promise<ConsumerRecord> {
  const name = 'allocations.get';
  const answer = await callPlacement(session, { name, method: 'GET', path: consumerPath(consumer) });
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

export async function putConsumer(session: Session, consumer: string, record: ConsumerRecord): Promise<void> {
  const body = consumerBody(record);
  await callPlacement(session, { name: 'allocations.put', method: 'PUT', path: consumerPath(consumer), body });
}

/**
 * Changes what a consumer holds, based on what it holds now; `change` gives undefined when there is nothing to change. It
 * is asked again after a conflict, but not after one with a change of ours that was sent twice because its answer was lost.
 * Throws Conflict when others win every time.
 */
export async function changeConsumer(
  session: Session,
  consumer: string,
  change: (allocations: Json) => Json | undefined | Promise<Json | undefined>,
): Promise<void> {
  let sent: Json | undefined;
  for (let attempt = 1; ; attempt++) {
    const record = await readConsumer(session, consumer);
    if (sent !== undefined && isDeepStrictEqual(resourcesIn(record.allocations), resourcesIn(sent))) return;
    const allocations = await change(record.allocations);
    if (allocations === undefined) return;
    sent = allocations;
    try {
      await putConsumer(session, consumer, { ...record, allocations });
      return;
    } catch (error) {
      if (!isConcurrentUpdate(error) || attempt >= TRIES) throw error;
    }
  }
}

/** Without the providers' generations. */
function resourcesIn(allocations: Json): Json {
  return Object.fromEntries(
    Object.entries(allocations).map(([provider, one]) => [provider, objectIn(one, 'allocations.get')['resources']]),
  );
}

export function consumerBody(record: ConsumerRecord): Json {
  return {
    allocations: record.allocations,
    project_id: record.projectId,
    user_id: record.userId,
    consumer_generation: record.generation,
  };
}

export function consumerPath(consumer: string): string {
  return `/allocations/${encodeURIComponent(consumer)}`;
}
