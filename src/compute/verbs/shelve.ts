import { booleanArg, stringArg } from '../arguments.js';
import { messageOf } from '../../errors/kinds.js';
import { isGone, isStateConflict } from '../failures.js';
import { sealedBelongings } from '../carry/shelf.js';
import { startWithPorts } from '../guest-ports.js';
import { endRescue, mainKey, powerOf, powerOff } from '../guest.js';
import { save, type InstanceOperation } from '../operation.js';
import { dropGuest } from '../plan/guest-plan.js';
import { POWER_STATE } from '../ports/containers.js';
import { intoImage } from './disk-image.js';

const TASKS = {
  before: 'shelving',
  taking: 'shelving_image_pending_upload',
  sending: 'shelving_image_uploading',
} as const;

/**
 * Stops a server and keeps its disk as an image; with `shelved_offload_time = 0` it leaves the host at once
 * (nova/compute/manager.py _shelve_instance, release 26). What fails leaves the server as it was, and running if it ran;
 * upstream leaves it stopped, and active until the next comparison of power states.
 */
export async function shelve(op: InstanceOperation): Promise<void> {
  const { parts, instance } = op;
  if (instance.get('task_state') !== 'shelving_offloading') {
    await notify(op, 'shelve', 'start');
    await orRunAgain(op, () => intoShelf(op));
    await notify(op, 'shelve', 'end');
    if (parts.settings.shelvedOffloadTimeMs !== 0) return;
  }
  await leave(op, false);
}

/** shelve_offload_instance: a shelved server leaves the host. */
export async function offload(op: InstanceOperation): Promise<void> {
  await leave(op, booleanArg(op.request.args, 'clean_shutdown', true));
}

async function orRunAgain(op: InstanceOperation, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (op.signal.aborted || isGone(error) || isStateConflict(error)) throw error;
    await runAgain(op);
    throw error;
  }
}

/** One that was frozen has lost its processes, and one that was off stays so. */
async function runAgain(op: InstanceOperation): Promise<void> {
  if (op.instance.get('vm_state') !== 'active') return;
  try {
    await startWithPorts(op, mainKey(op));
    op.instance.resetChanges();
    await save(op, { power_state: await powerOf(op) });
  } catch (error) {
    op.log.error('A server that could not be shelved does not run again', { reason: messageOf(error) });
  }
}

async function intoShelf(op: InstanceOperation): Promise<void> {
  const { parts, instance, request } = op;
  const imageId = stringArg(request.args, 'image_id');
  const isFrozen = instance.get('power_state') === POWER_STATE.PAUSED;
  await powerOff(op, booleanArg(request.args, 'clean_shutdown', true) && !isFrozen);
  const sealed = await sealedBelongings(op, [TASKS.before, TASKS.taking, TASKS.sending]);
  await intoImage(op, { imageId, tasks: TASKS, runs: false, ...(sealed !== undefined && { sealed }) });
  const systemMetadata = {
    ...instance.get('system_metadata'),
    shelved_at: parts.now().toISOString().replace('Z', ''),
    shelved_image_id: imageId,
    shelved_host: parts.settings.host,
  };
  const task = parts.settings.shelvedOffloadTimeMs === 0 ? ('shelving_offloading' as const) : null;
  const row = {
    vm_state: 'shelved',
    task_state: task,
    power_state: await powerOf(op),
    system_metadata: systemMetadata,
  };
  await save(op, row, ['shelving', 'shelving_image_uploading']);
}

/**
 * Everything of the server goes from here but its row, its ports and its image. What the host had of it is given back
 * before the row says so, since then nobody would look here any more.
 */
async function leave(op: InstanceOperation, clean: boolean): Promise<void> {
  const { parts, conductor, instance } = op;
  const uuid = instance.get('uuid');
  await notify(op, 'shelve_offload', 'start');
  await powerOff(op, clean);
  await endRescue(op);
  await parts.containers.remove(mainKey(op));
  await parts.consoles.close(uuid);
  await parts.networks.unplug(uuid);
  await dropGuest(op);
  await parts.allocations.remove(uuid);
  // What it was when it went, also for a repeated request that finds no container any more.
  const power = { power_state: POWER_STATE.SHUTDOWN };
  const row = { vm_state: 'shelved_offloaded', task_state: null, ...power, host: null, node: null };
  await save(op, row, ['shelving', 'shelving_offloading']);
  parts.node.usageChanged();
  await Promise.all([conductor.scheduler.instanceDeleted(uuid), notify(op, 'shelve_offload', 'end')]);
}

async function notify(
  op: InstanceOperation,
  action: 'shelve' | 'shelve_offload',
  phase: 'start' | 'end',
): Promise<void> {
  await op.parts.notifications.instance({ context: op.request.context, instance: op.instance, action, phase });
}
