import { ServiceError } from '../errors/kinds.js';
import type { InstanceOperation } from './operation.js';
import { POWER_STATE, type ContainerKey, type ContainerState, type PowerState } from './ports/containers.js';

/** The container that the instance is, as the verbs handle it. */

export function mainKey(op: InstanceOperation): ContainerKey {
  return { instanceUuid: op.instance.get('uuid'), role: 'main' };
}

/** Its state; undefined when there is none. */
export async function guestState(op: InstanceOperation): Promise<ContainerState | undefined> {
  return op.parts.containers.state(mainKey(op));
}

/** Its power_state; NOSTATE when there is no container. */
export async function powerOf(op: InstanceOperation): Promise<PowerState> {
  return (await guestState(op))?.powerState ?? POWER_STATE.NOSTATE;
}

/** Starts it. A container that is gone took the server's disk with it: nothing starts an empty one in its place. */
export async function powerOn(op: InstanceOperation): Promise<PowerState> {
  if ((await guestState(op)) === undefined) throw vanished();
  await op.parts.containers.start(mainKey(op));
  return powerOf(op);
}

/** Stops it, politely when `clean`; gives the power_state it was found in. */
export async function powerOff(op: InstanceOperation, clean: boolean): Promise<PowerState> {
  const before = await powerOf(op);
  await op.parts.containers.stop(mainKey(op), { timeoutMs: clean ? shutdownTimeoutMs(op) : 0 });
  return before;
}

export function vanished(): ServiceError {
  return new ServiceError(
    'NotFound',
    'The container of this server was removed outside of Nova, and its disk with it. Rebuild or delete the server.',
    { nova: { name: 'InstanceNotRunning', code: 404 } },
  );
}

/** Nova's fallback chain: the image's os_shutdown_timeout (seconds), else the host's option. */
function shutdownTimeoutMs(op: InstanceOperation): number {
  const ofImage = Number(op.instance.peek('system_metadata')?.['image_os_shutdown_timeout'] ?? Number.NaN);
  return Number.isInteger(ofImage) && ofImage >= 0 ? ofImage * 1000 : op.parts.settings.shutdownTimeoutMs;
}
