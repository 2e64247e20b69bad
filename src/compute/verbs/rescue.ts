import { messageOf, ServiceError } from '../../errors/kinds.js';
import { optionalStringArg, booleanArg } from '../arguments.js';
import { isGone, isStateConflict } from '../failures.js';
import { startNew } from '../first-moments.js';
import { startWithPorts } from '../guest-ports.js';
import { endRescue, exposeDisk, mainKey, powerOff } from '../guest.js';
import { networkSubject } from '../network-subject.js';
import { save, type InstanceOperation } from '../operation.js';
import { POWER_STATE, type ContainerKey, type ContainerState } from '../ports/containers.js';
import type { NotificationPhase } from '../ports/notifications.js';
import { remakePlan, remakeSettings } from './remake.js';
import { plug } from './wiring.js';

/**
 * Runs a container of the rescue image (or the server's own) in the server's place, with the server's disk writable at
 * /rescue (nova/compute/manager.py rescue_instance, release 26). The server's own container stays off as long. What fails
 * leaves the server as it was, and running if it ran; upstream leaves it in ERROR.
 */
export async function rescue(op: InstanceOperation): Promise<void> {
  await notify(op, 'start');
  try {
    await rescueHere(op);
  } catch (error) {
    if (op.signal.aborted || isGone(error) || isStateConflict(error)) throw error;
    await takeBack(op);
    throw notRescuable(op, error);
  }
  await notify(op, 'end');
}

async function rescueHere(op: InstanceOperation): Promise<void> {
  const { parts, request } = op;
  const { context } = request;
  await parts.disks.checkExposable(mainKey(op));
  const image = await parts.library.show(imageOf(op), context);
  const { properties } = image;
  const settings = remakeSettings(op, properties);
  const local = await parts.images.ensure(image, context, op.signal);
  await powerOff(op, booleanArg(request.args, 'clean_shutdown', true));
  await parts.consoles.endSessions(op.instance.get('uuid'));
  const { vifs, wait } = await plug(op, await parts.networks.recorded(networkSubject(op)), []);
  wait.cancel();
  const adminPassword = optionalStringArg(request.args, 'rescue_password');
  const plan = await remakePlan(op, { image: local, properties, vifs, adminPassword, role: 'rescue' });
  const disk = await exposeDisk(op);
  await parts.containers.create({ ...plan, files: [...plan.files, ...disk] }, op.signal);
  const state = await startNew(op, settings, rescueKey(op));
  await save(op, { vm_state: 'rescued', task_state: null, power_state: powerOf(state), launched_at: parts.now() }, [
    'rescuing',
  ]);
}

/** The server runs again, with what was changed of its disk. */
export async function unrescue(op: InstanceOperation): Promise<void> {
  await op.parts.consoles.endSessions(op.instance.get('uuid'));
  await endRescue(op);
  await startWithPorts(op, mainKey(op));
  const powerState = powerOf(await op.parts.containers.state(mainKey(op)));
  await save(op, { vm_state: 'active', task_state: null, power_state: powerState }, ['unrescuing']);
}

async function takeBack(op: InstanceOperation): Promise<void> {
  try {
    await endRescue(op);
    if (op.instance.get('vm_state') === 'active') await startWithPorts(op, mainKey(op));
  } catch (error) {
    op.log.error('A server that could not be rescued does not run again', { reason: messageOf(error) });
  }
}

function notRescuable(op: InstanceOperation, error: unknown): ServiceError {
  if (error instanceof ServiceError && error.nova?.name === 'InstanceNotRescuable') return error;
  const [uuid, reason] = [op.instance.get('uuid'), messageOf(error)];
  return new ServiceError('Invalid', `Instance ${uuid} cannot be rescued: ${reason}`, {
    cause: error,
    nova: { name: 'InstanceNotRescuable', code: 400, kwargs: { instance_id: uuid, reason } },
  });
}

/** nova/compute/manager.py _get_rescue_image, release 26. */
function imageOf(op: InstanceOperation): string {
  const wanted = optionalStringArg(op.request.args, 'rescue_image_ref');
  return wanted ?? op.instance.get('system_metadata')['image_base_image_ref'] ?? op.instance.get('image_ref') ?? '';
}

function rescueKey(op: InstanceOperation): ContainerKey {
  return { instanceUuid: op.instance.get('uuid'), role: 'rescue' };
}

function powerOf(state: ContainerState | undefined): number {
  return state?.powerState ?? POWER_STATE.NOSTATE;
}

async function notify(op: InstanceOperation, phase: NotificationPhase): Promise<void> {
  const about = { context: op.request.context, instance: op.instance, phase } as const;
  const rescueImageRef = optionalStringArg(op.request.args, 'rescue_image_ref');
  await op.parts.notifications.instance({ ...about, action: 'rescue', rescueImageRef });
}
