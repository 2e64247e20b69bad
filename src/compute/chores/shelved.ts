import type { Instance } from '../../objects/index.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import {
  ABANDONED_AFTER_MS,
  byHandler,
  conductorOf,
  guarded,
  isOlder,
  isTakenCareOf,
  type ChoreParts,
} from './chore.js';

/**
 * Servers that have been shelved for longer than `shelved_offload_time` leave this host
 * (nova/compute/manager.py _poll_shelved_instances, release 26).
 */
export async function offloadShelved(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  if (settings.shelvedOffloadTimeMs <= 0) return;
  const filter = { host: parts.settings.host, vmState: 'shelved' } as const;
  const shelved = await conductorOf(chore).instances.find(filter, NOVA_ATTRS);
  for (const instance of shelved) {
    const uuid = instance.get('uuid');
    const decision = decideShelved(instance, settings.shelvedOffloadTimeMs, parts.now());
    if (decision === 'leave' || isTakenCareOf(chore, uuid)) continue;
    await guarded(chore, 'poll_shelved_instances', uuid, () => offload(chore, instance, decision));
  }
}

/** `again`: it was begun, by us most likely, and has been abandoned. */
export function decideShelved(instance: Instance, afterMs: number, now: Date): 'leave' | 'offload' | 'again' {
  switch (instance.get('task_state')) {
    case null:
      return isOlder(shelvedAt(instance), afterMs, now) ? 'offload' : 'leave';
    case 'shelving_offloading':
      return isOlder(instance.peek('updated_at'), ABANDONED_AFTER_MS, now) ? 'again' : 'leave';
    default:
      return 'leave';
  }
}

/** Written by the shelving compute, in UTC without a zone; undefined for a text that is no time. */
function shelvedAt(instance: Instance): Date | undefined {
  const text = instance.get('system_metadata')['shelved_at'];
  if (text === undefined || text === null) return undefined;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

async function offload(chore: ChoreParts, instance: Instance, decision: 'offload' | 'again'): Promise<void> {
  const context = chore.ownContext();
  chore.parts.log.info('A server has been shelved for long enough to leave this host', { decision });
  if (decision === 'offload') {
    instance.set('task_state', 'shelving_offloading');
    await conductorOf(chore, context).instances.save(instance, { expectedTask: [null] });
  }
  const args = { clean_shutdown: false, accel_uuids: [] };
  await byHandler(chore, { method: 'shelve_offload_instance', args, context }, instance);
}
