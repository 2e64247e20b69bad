import { kindOf, ServiceError } from '../../errors/kinds.js';
import { dictArg } from '../arguments.js';
import { belongingsFromShelf } from '../carry/shelf.js';
import { isGone, isStateConflict } from '../failures.js';
import { startNew } from '../first-moments.js';
import { mainKey } from '../guest.js';
import { imageFacts } from '../instance-facts.js';
import { insist } from '../insist.js';
import { networkSubject } from '../network-subject.js';
import { save, type InstanceOperation } from '../operation.js';
import { dropGuest } from '../plan/guest-plan.js';
import { POWER_STATE } from '../ports/containers.js';
import { providerMapping } from '../provider-mapping.js';
import { remake, remakeSettings } from './remake.js';
import { dropShelfImage, removeShelfImage, withoutShelving } from './shelf-keys.js';
import { refuseVolumes } from './volumes.js';
import { plug, untilWired } from './wiring.js';

/**
 * Makes a server that had left its host again, here and of the image that it was shelved into
 * (nova/compute/manager.py _unshelve_instance, release 26). A failure leaves it shelved, its image where it is.
 */
export async function unshelve(op: InstanceOperation): Promise<void> {
  const { host, node } = op.parts.settings;
  await notify(op, 'start');
  const row = { task_state: 'spawning', host, node };
  await save(op, row, op.attempt > 1 ? ['unshelving', 'spawning'] : ['unshelving']);
  op.parts.node.usageChanged();
  try {
    await spawn(op);
  } catch (error) {
    if (op.signal.aborted || kindOf(error) === 'Interrupted') throw error;
    await giveBack(op);
    if (!isGone(error)) throw error;
    return;
  }
  // Not before the row says that the server is here: until then a failure takes away what stands here.
  await removeShelfImage(op, imageFacts(dictArg(op.request.args, 'image')).id);
  await Promise.all([op.conductor.scheduler.instanceChanged(op.instance), notify(op, 'end')]);
}

async function spawn(op: InstanceOperation): Promise<void> {
  const { parts, request } = op;
  if (op.attempt > 1 && (await holdsNothing(op))) throw interruptedOnTheWayBack();
  refuseVolumes(await op.conductor.blockDevices.ofInstance(op.instance.get('uuid')));
  const image = imageFacts(dictArg(request.args, 'image'));
  const settings = remakeSettings(op, image.properties);
  const [local, vifs] = await Promise.all([
    parts.images.ensure(image, request.context, op.signal),
    parts.networks.bind(networkSubject(op), providerMapping(request.args)),
  ]);
  const plugged = await plug(op, vifs);
  try {
    const belongings = belongingsFromShelf(op, local);
    await remake(op, { image: local, properties: image.properties, vifs, ownDisk: true, ...belongings });
    await untilWired(op, plugged);
  } finally {
    plugged.wait.cancel();
  }
  const state = await startNew(op, settings);
  const row = {
    ...{ vm_state: 'active', task_state: null, power_state: state?.powerState ?? POWER_STATE.NOSTATE },
    ...{ launched_at: parts.now(), ...withoutShelving(op) },
  };
  await save(op, row, ['spawning']);
}

/** A repeated request with nothing left to do: it may have been interrupted before the image was gone. */
export async function dropUnshelving(op: InstanceOperation): Promise<void> {
  await dropShelfImage(op, imageFacts(dictArg(op.request.args, 'image')).id);
}

/** An earlier try has given back already what the scheduler had claimed. */
async function holdsNothing({ parts, instance }: InstanceOperation): Promise<boolean> {
  return (await parts.allocations.of(instance.get('uuid'))).size === 0;
}

function interruptedOnTheWayBack(): ServiceError {
  return new ServiceError('Internal', 'The unshelving failed, and the service was restarted while it was given up.');
}

/** Nothing of the try stays here; the ports are bound anew by the next one. */
async function giveBack(op: InstanceOperation): Promise<void> {
  const { parts, instance } = op;
  const uuid = instance.get('uuid');
  await insist(op, 'Giving up a server that could not be unshelved', async () => {
    await parts.containers.remove(mainKey(op));
    await parts.networks.unplug(uuid);
    await dropGuest(op);
    await parts.allocations.remove(uuid);
  });
  parts.node.usageChanged();
  instance.resetChanges();
  try {
    await save(op, { host: null, node: null, task_state: null }, ['spawning']);
  } catch (error) {
    if (!isGone(error) && !isStateConflict(error)) throw error;
  }
}

async function notify(op: InstanceOperation, phase: 'start' | 'end'): Promise<void> {
  const about = { context: op.request.context, instance: op.instance, action: 'unshelve', phase } as const;
  await op.parts.notifications.instance(about);
}
