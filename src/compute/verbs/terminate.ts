import { messageOf, novaNameOf } from '../../errors/kinds.js';
import { endRescue, removeOwn } from '../guest.js';
import { networkSubject } from '../network-subject.js';
import { save, type InstanceOperation } from '../operation.js';
import { dropGuest } from '../plan/guest-plan.js';
import { POWER_STATE } from '../ports/containers.js';
import type { BlockDeviceMapping } from '../../objects/index.js';
import type { PlainAction } from '../ports/notifications.js';
import { devicesArg, releaseVolumes } from './volumes.js';

/**
 * Deletes a server (nova/compute/manager.py terminate_instance, release 26): container, ports, allocation, row, in
 * that order, each of which may be gone already. Anything that cannot be removed leaves the server in ERROR, so that
 * the user can ask again.
 */
export async function terminate(op: InstanceOperation): Promise<void> {
  try {
    await removeServer(op);
  } catch (error) {
    if (novaNameOf(error) === 'InstanceNotFound') return;
    if (op.request.signal.aborted) throw error;
    op.log.error('The server could not be deleted', { reason: messageOf(error) });
    op.instance.resetChanges();
    await save(op, { vm_state: 'error' });
    throw error;
  }
}

/** The deletion itself: what fails is thrown, and can be tried again. */
export async function removeServer(op: InstanceOperation): Promise<void> {
  const { parts, conductor, instance } = op;
  const uuid = instance.get('uuid');
  parts.waiters.clear(uuid);
  await notify(op, 'delete', 'start');
  await notify(op, 'shutdown', 'start');
  await endRescue(op);
  await parts.networks.leave(uuid).catch((error: unknown) => {
    op.log.warn('What the server has on this host goes after its container, not with it', { reason: messageOf(error) });
  });
  await removeOwn(op);
  await parts.consoles.close(uuid);
  await dropGuest(op);
  const nothing = { requested: null, securityGroups: [], providers: new Map() } as const;
  await parts.networks.deallocate({ ...networkSubject(op), ...nothing, isRepeated: true });
  await notify(op, 'shutdown', 'end');
  await releaseVolumes(op, await devicesOf(op));
  await save(op, {
    vm_state: 'deleted',
    task_state: null,
    power_state: POWER_STATE.NOSTATE,
    terminated_at: parts.now(),
  });
  await parts.allocations.remove(uuid);
  await conductor.consoleTokens.cleanForInstance(uuid);
  await conductor.instances.destroy(instance);
  parts.node.usageChanged();
  await Promise.all([conductor.scheduler.instanceDeleted(uuid), notify(op, 'delete', 'end')]);
}

/** nova-api sends them; what the service deletes of itself does not. */
async function devicesOf({ request, conductor, instance }: InstanceOperation): Promise<readonly BlockDeviceMapping[]> {
  if ('bdms' in request.args) return devicesArg(request.args, 'bdms');
  return conductor.blockDevices.ofInstance(instance.get('uuid'));
}

async function notify(op: InstanceOperation, action: PlainAction, phase: 'start' | 'end'): Promise<void> {
  await op.parts.notifications.instance({ context: op.request.context, instance: op.instance, action, phase });
}
