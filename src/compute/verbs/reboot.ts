import { stringArg } from '../arguments.js';
import { isGone, recordFault } from '../failures.js';
import { mainKey, powerOf, powerOff, powerOn } from '../guest.js';
import { save, type InstanceOperation } from '../operation.js';
import { POWER_STATE, type PowerState } from '../ports/containers.js';
import type { Task } from '../states.js';

const SOFT: readonly Task[] = ['rebooting', 'reboot_pending', 'reboot_started'];
const HARD: readonly Task[] = ['rebooting_hard', 'reboot_pending_hard', 'reboot_started_hard'];

/**
 * Stops and starts the same container: its disk stays (nova/compute/manager.py _reboot_instance, release 26). Soft is
 * the container's own stop signal and time, hard is a kill.
 */
export async function reboot(op: InstanceOperation): Promise<void> {
  const isSoft = stringArg(op.request.args, 'reboot_type') === 'SOFT';
  const keptState = op.instance.get('vm_state') === 'rescued' ? 'rescued' : 'active';
  const started: Task = isSoft ? 'reboot_started' : 'reboot_started_hard';
  await save(op, { task_state: started, power_state: await powerOf(op) }, isSoft ? SOFT : HARD);
  const powerState = await restart(op, isSoft);
  try {
    await save(op, { vm_state: keptState, task_state: null, power_state: powerState });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** A failed reboot of a server that runs all the same leaves a fault and no error. */
async function restart(op: InstanceOperation, isSoft: boolean): Promise<PowerState> {
  try {
    await powerOff(op, isSoft);
    return await powerOn(op);
  } catch (error) {
    if (op.signal.aborted) throw error;
    const power = await powerOf(op).catch(() => POWER_STATE.NOSTATE);
    if (power !== POWER_STATE.RUNNING) {
      await save(op, { vm_state: 'error' });
      throw error;
    }
    op.log.warn('The reboot failed, but the server runs', { error, container: mainKey(op) });
    await recordFault(op, error);
    return power;
  }
}
