import { booleanArg } from '../arguments.js';
import { freeze, thaw } from '../guest-ports.js';
import { endRescue, guestState, powerOf, powerOff, powerOn, vanished } from '../guest.js';
import { save, type InstanceOperation } from '../operation.js';
import { POWER_STATE, type PowerState } from '../ports/containers.js';
import { dropShelfImage, removeShelfImage, withoutShelving } from './shelf-keys.js';

const OFF: ReadonlySet<PowerState> = new Set([POWER_STATE.NOSTATE, POWER_STATE.SHUTDOWN, POWER_STATE.CRASHED]);

/** nova/compute/manager.py start_instance, release 26: a shelved server that was not offloaded starts by this, too. */
export async function start(op: InstanceOperation): Promise<void> {
  const imageId = shelfImageOf(op);
  const powerState = await powerOn(op);
  await save(op, { ...withoutShelving(op), vm_state: 'active', task_state: null, power_state: powerState }, [
    'powering-on',
  ]);
  if (imageId !== '') await removeShelfImage(op, imageId);
}

/** A repeated start with nothing left to do: the image of a server that was shelved may be left. */
export async function dropStart(op: InstanceOperation): Promise<void> {
  const imageId = shelfImageOf(op);
  if (imageId !== '') await dropShelfImage(op, imageId);
}

function shelfImageOf({ instance }: InstanceOperation): string {
  return instance.get('system_metadata')['shelved_image_id'] ?? '';
}

/**
 * stop_instance. One that is off already may have been found so by the power sync, which clears the task. One in ERROR may
 * have nothing that could be stopped: it stays what it is.
 */
export async function stop(op: InstanceOperation): Promise<void> {
  if ((await guestState(op)) === undefined) throw vanished();
  await endRescue(op);
  const before = await powerOff(op, booleanArg(op.request.args, 'clean_shutdown', true));
  const expected = OFF.has(before) ? (['powering-off', null] as const) : (['powering-off'] as const);
  await save(op, { vm_state: 'stopped', task_state: null, power_state: await powerOf(op) }, expected);
}

export async function pause(op: InstanceOperation): Promise<void> {
  await freeze(op);
  await save(op, { vm_state: 'paused', task_state: null, power_state: await powerOf(op) }, ['pausing']);
}

export async function unpause(op: InstanceOperation): Promise<void> {
  await thaw(op);
  await save(op, { vm_state: 'active', task_state: null, power_state: await powerOf(op) }, ['unpausing']);
}

/** Frozen like a paused one, but told as SUSPENDED: a container has no memory to write to a disk. */
export async function suspend(op: InstanceOperation): Promise<void> {
  const systemMetadata = { ...op.instance.get('system_metadata'), old_vm_state: op.instance.get('vm_state') };
  await freeze(op);
  const row = {
    vm_state: 'suspended',
    task_state: null,
    power_state: POWER_STATE.SUSPENDED,
    system_metadata: systemMetadata,
  };
  await save(op, row, ['suspending']);
}

/** Thaws it; where the freezer's state is gone (the engine or the host was restarted) it is started. */
export async function resume(op: InstanceOperation): Promise<void> {
  const { old_vm_state: before, ...systemMetadata } = op.instance.get('system_metadata');
  const power = (await guestState(op))?.powerState;
  if (power === POWER_STATE.PAUSED) await thaw(op);
  else await powerOn(op);
  const row = {
    vm_state: before ?? 'active',
    task_state: null,
    power_state: await powerOf(op),
    system_metadata: systemMetadata,
  };
  await save(op, row, ['resuming']);
}

/** One that is deleted in the middle of a rescue keeps that until it is restored. */
export async function softDelete(op: InstanceOperation): Promise<void> {
  await powerOff(op, true);
  if (op.instance.get('vm_state') !== 'rescued') await endRescue(op);
  await save(op, { vm_state: 'soft-delete', task_state: null, power_state: await powerOf(op) }, ['soft-deleting']);
}

/** One that was rescued when it was deleted comes back as itself. */
export async function restore(op: InstanceOperation): Promise<void> {
  await save(op, { vm_state: 'active', task_state: null, power_state: await powerOn(op) }, ['restoring']);
}
