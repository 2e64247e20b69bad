import type { Instance } from '../../objects/index.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import { networkSubject } from '../network-subject.js';
import { conductorOf, forEach, type Chore, type ChoreParts } from './chore.js';

/**
 * Asks Neutron how the ports of one instance are, another one in each pass: what an event that was lost would have told
 * (nova/compute/manager.py _heal_instance_info_cache, release 26).
 */
export function createCacheHealer(chore: ChoreParts): Chore {
  let left: readonly string[] = [];
  return async () => {
    const conductor = conductorOf(chore);
    if (left.length === 0) left = await conductor.instances.uuidsOnHost(chore.parts.settings.host);
    const [next, ...rest] = left;
    left = rest;
    if (next === undefined || chore.parts.locks.isBusy(next)) return;
    const found = await conductor.instances.find({ uuids: [next], host: chore.parts.settings.host }, NOVA_ATTRS);
    await forEach(chore, 'heal_instance_info_cache', found, {
      stillDue: mayBeAsked,
      work: async (op) => void (await op.parts.networks.refresh(networkSubject(op))),
    });
  };
}

function mayBeAsked(instance: Instance): boolean {
  return instance.get('vm_state') !== 'building' && instance.get('task_state') !== 'deleting';
}
