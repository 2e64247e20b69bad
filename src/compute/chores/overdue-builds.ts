import { ServiceError } from '../../errors/kinds.js';
import type { Instance } from '../../objects/index.js';
import { recordFault } from '../failures.js';
import { networkSubject } from '../network-subject.js';
import { save, type InstanceOperation } from '../operation.js';
import { dropGuest } from '../plan/guest-plan.js';
import { ownOperation } from '../own-work.js';
import { conductorOf, guarded, isOlder, type ChoreParts } from './chore.js';

const NAME = 'check_instance_build_time';

/**
 * A build that takes longer than `instance_build_timeout` ends in ERROR (nova/compute/manager.py
 * _check_instance_build_time, release 26). Unlike upstream it is ended here, too, and nothing of it stays.
 */
export async function failOverdueBuilds(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  if (settings.buildTimeoutMs <= 0) return;
  const filter = { host: parts.settings.host, vmState: 'building' } as const;
  const building = await conductorOf(chore).instances.find(filter, []);
  const now = parts.now();
  const overdue = building.filter((one) => isOlder(one.peek('created_at'), settings.buildTimeoutMs, now));
  for (const instance of overdue) {
    await guarded(chore, NAME, instance.get('uuid'), () => fail(chore, instance));
  }
}

/** The row first, which does not wait for the build: from then on the build cannot say ACTIVE any more. */
async function fail(chore: ChoreParts, instance: Instance): Promise<void> {
  const { parts, settings, signal } = chore;
  const uuid = instance.get('uuid');
  const op = ownOperation({ parts, context: chore.ownContext(), signal }, NAME, instance);
  const text = `The server was not built within ${settings.buildTimeoutMs / 1000} s (instance_build_timeout).`;
  const reason = new ServiceError('Timeout', text, { nova: { name: 'InstanceBuildTimeout' } });
  parts.log.warn('A build takes too long; the server goes to ERROR', { instanceUuid: uuid });
  await save(op, { vm_state: 'error', task_state: null }, undefined, ['building']);
  await recordFault(op, reason);
  parts.running.abort(uuid, reason);
  await parts.locks.run(uuid, () => removeRest(op));
}

/** What the aborted build did not remove itself, since it had ended before without an end. */
async function removeRest(op: InstanceOperation): Promise<void> {
  const uuid = op.instance.get('uuid');
  await op.parts.containers.remove({ instanceUuid: uuid, role: 'main' });
  await dropGuest(op);
  await op.parts.networks.deallocate({
    ...networkSubject(op),
    requested: null,
    securityGroups: [],
    providers: new Map(),
    isRepeated: true,
  });
  await op.parts.allocations.remove(uuid);
  op.parts.node.usageChanged();
}
