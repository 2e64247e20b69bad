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
 * A server that has been in rescue for longer than `rescue_timeout` is taken out of it
 * (nova/compute/manager.py _poll_rescued_instances, release 26).
 */
export async function unrescueOverdue(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  if (settings.rescueTimeoutMs <= 0) return;
  const filter = { host: parts.settings.host, vmState: 'rescued' } as const;
  const rescued = await conductorOf(chore).instances.find(filter, NOVA_ATTRS);
  for (const instance of rescued) {
    const uuid = instance.get('uuid');
    const decision = decideRescue(instance, settings.rescueTimeoutMs, parts.now());
    if (decision === 'leave' || isTakenCareOf(chore, uuid)) continue;
    await guarded(chore, 'poll_rescued_instances', uuid, () => unrescue(chore, instance, decision));
  }
}

/** `again`: it was begun, by us most likely, and has been abandoned. */
export function decideRescue(instance: Instance, timeoutMs: number, now: Date): 'leave' | 'unrescue' | 'again' {
  switch (instance.get('task_state')) {
    case null:
      return isOlder(instance.get('launched_at'), timeoutMs, now) ? 'unrescue' : 'leave';
    case 'unrescuing':
      return isOlder(instance.peek('updated_at'), ABANDONED_AFTER_MS, now) ? 'again' : 'leave';
    default:
      return 'leave';
  }
}

/** As nova-api asks for it (nova/compute/api.py unrescue). */
async function unrescue(chore: ChoreParts, instance: Instance, decision: 'unrescue' | 'again'): Promise<void> {
  const context = chore.ownContext();
  const conductor = conductorOf(chore, context);
  chore.parts.log.info('A server has been in rescue for too long; it is taken out', { decision });
  if (decision === 'unrescue') {
    instance.set('task_state', 'unrescuing');
    await conductor.instances.save(instance, { expectedTask: [null] });
    await conductor.events.begin(instance.get('uuid'), 'unrescue');
  }
  await byHandler(chore, { method: 'unrescue_instance', context }, instance);
}
