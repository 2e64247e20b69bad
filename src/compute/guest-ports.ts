import { messageOf } from '../errors/kinds.js';
import type { InstanceOperation, ManagerParts } from './operation.js';
import { POWER_STATE, type ContainerKey } from './ports/containers.js';

/** What a container's life has to do with the instance's ports. */

function mainKey({ instance }: InstanceOperation): ContainerKey {
  return { instanceUuid: instance.get('uuid'), role: 'main' };
}

/**
 * Starts it. One that another runtime than ours started has no ports, and nobody in it would know why: it is stopped again,
 * and the error says so.
 */
export async function startWithPorts(
  op: InstanceOperation,
  key: ContainerKey,
  begin = (): Promise<string> => startPlugged(op.parts, key),
): Promise<void> {
  await holdsPorts(op, key, await begin());
}

/** The same of one that goes on from a checkpoint. Throws Unsupported when it cannot; it is stopped then. */
export async function restoreWithPorts(op: InstanceOperation, key: ContainerKey, name: string): Promise<void> {
  await op.parts.checkpoints.restore(key, name, op.request.signal);
  const state = await op.parts.containers.state(key);
  if (state?.powerState === POWER_STATE.RUNNING) await holdsPorts(op, key, state.containerId);
}

async function holdsPorts({ parts, log }: InstanceOperation, key: ContainerKey, containerId: string): Promise<void> {
  const { containers, networks } = parts;
  try {
    await networks.checkHeld(key.instanceUuid, containerId);
    // Our runtime did it, unless it is one of before.
    await networks.unmute(key.instanceUuid);
  } catch (error) {
    log.error('A container was started that does not have the ports of its server; stopping it', { error });
    await containers.stop(key, { timeoutMs: 0 });
    throw error;
  }
}

/** Starts a container whose ports are plugged; whatever was said of an earlier start is of no account. */
export async function startPlugged(
  { containers, networks }: Pick<ManagerParts, 'containers' | 'networks'>,
  key: ContainerKey,
): Promise<string> {
  await networks.allowStart(key.instanceUuid);
  return containers.start(key);
}

/** Freezes it, and its ports with it: the kernel, which it shares, would go on answering for it. */
export async function freeze(op: InstanceOperation): Promise<void> {
  const { containers, networks } = op.parts;
  await containers.pause(mainKey(op));
  try {
    await networks.mute(mainKey(op).instanceUuid);
  } catch (error) {
    await thaw(op).catch((reason: unknown) => {
      op.log.error('A server stays frozen that could not be silenced', { reason: messageOf(reason) });
    });
    throw error;
  }
}

/** Ports first, so that nothing that it says is lost. */
export async function thaw(op: InstanceOperation): Promise<void> {
  const { containers, networks } = op.parts;
  await networks.unmute(mainKey(op).instanceUuid);
  await containers.unpause(mainKey(op));
}
