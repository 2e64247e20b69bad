import { ServiceError } from '../../errors/kinds.js';
import type { Instance } from '../../objects/index.js';
import { recordFault } from '../failures.js';
import { save, type InstanceOperation } from '../operation.js';
import { conductorOf, forEach, isOlder, isTakenCareOf, type ChoreParts } from './chore.js';

/** So long after the start of the service, and after the row's last change, no request for it comes any more. */
export const LOST_AFTER_MS = 600_000;

/**
 * Builds whose request was lost with the message broker: Placement holds room for them here, and nobody builds them
 * (nova/compute/manager.py _error_out_instances_whose_build_was_interrupted, release 26). Upstream looks at its start; here
 * the request may still stand in the queue then, or in the inbox.
 */
export async function failLostBuilds(chore: ChoreParts): Promise<void> {
  const { parts } = chore;
  const held = await parts.allocations.ofProvider(parts.node.uuid());
  const uuids = [...held.keys()].filter((uuid) => !isTakenCareOf(chore, uuid));
  if (uuids.length === 0) return;
  const filter = { vmState: 'building', task: ['scheduling'], uuids } as const;
  const waiting = await conductorOf(chore).instances.find(filter, []);
  const now = parts.now();
  const stillDue = (instance: Instance): boolean =>
    isLost(instance, now) && !chore.requested().has(instance.get('uuid'));
  await forEach(chore, 'fail_lost_builds', waiting.filter(stillDue), { stillDue, work: fail });
}

/** Scheduled long ago and claimed by no host. */
export function isLost(instance: Instance, now: Date): boolean {
  const changedAt = instance.peek('updated_at') ?? instance.peek('created_at');
  const isWaiting = instance.get('vm_state') === 'building' && instance.get('task_state') === 'scheduling';
  return isWaiting && instance.get('host') === null && isOlder(changedAt, LOST_AFTER_MS, now);
}

async function fail(op: InstanceOperation): Promise<void> {
  op.log.error('The request to build a server was lost with the message broker; the server goes to ERROR');
  await save(op, { vm_state: 'error', task_state: null }, ['scheduling'], ['building']);
  const text = 'The request to build this server was lost with the message broker. Delete it and ask again.';
  await recordFault(op, new ServiceError('Unavailable', text));
  await op.parts.allocations.remove(op.instance.get('uuid'));
}
