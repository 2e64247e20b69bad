import { messageOf, ServiceError } from '../errors/kinds.js';
import { NOVA_ATTRS } from './instance-attrs.js';
import { instanceFacts } from './instance-facts.js';
import { instanceSettings } from './plan/instance-settings.js';
import { startWithPorts } from './guest-ports.js';
import { networkSubject } from './network-subject.js';
import type { InstanceOperation } from './operation.js';
import {
  POWER_STATE,
  type ContainerKey,
  type ContainerRole,
  type ContainerState,
  type GuestFile,
  type PowerState,
} from './ports/containers.js';

/** The container that the instance is, as the verbs handle it. */

export function mainKey(op: InstanceOperation): ContainerKey {
  return keyOf(op, 'main');
}

export function keyOf(op: InstanceOperation, role: ContainerRole): ContainerKey {
  return { instanceUuid: op.instance.get('uuid'), role };
}

/** The container that the server is at present: that of its rescue, as long as it is rescued. */
export function guestKey(op: InstanceOperation): ContainerKey {
  const role = op.instance.get('vm_state') === 'rescued' ? 'rescue' : 'main';
  return { instanceUuid: op.instance.get('uuid'), role };
}

/**
 * Its state; undefined when there is none. One that is being built has none to speak of: its start may be under way, and
 * the engine tells nothing of a container before its start has ended.
 */
export async function guestState(op: InstanceOperation): Promise<ContainerState | undefined> {
  if (op.instance.get('vm_state') === 'building') return undefined;
  return op.parts.containers.state(guestKey(op));
}

/** Its power_state; NOSTATE when there is no container. */
export async function powerOf(op: InstanceOperation): Promise<PowerState> {
  return toldPower(op, (await guestState(op))?.powerState ?? POWER_STATE.NOSTATE);
}

/** As the row has it: a suspended server is frozen, as a paused one is. */
export function toldPower({ instance }: InstanceOperation, power: PowerState): PowerState {
  return power === POWER_STATE.PAUSED && instance.get('vm_state') === 'suspended' ? POWER_STATE.SUSPENDED : power;
}

/**
 * Starts it, with its ports as they are in Neutron now. A container that is gone took the server's disk with it:
 * nothing starts an empty one in its place.
 */
export async function powerOn(op: InstanceOperation): Promise<PowerState> {
  if ((await guestState(op)) === undefined) await setBack(op);
  await op.parts.networks.renew(networkSubject(op));
  await refreshDrive(op);
  if (guestKey(op).role === 'rescue') await exposeDisk(op);
  else await endRescue(op);
  await startWithPorts(op, guestKey(op));
  return powerOf(op);
}

/** A resize that could not even be taken back leaves the server's container aside; one that is gone is gone. */
async function setBack(op: InstanceOperation): Promise<void> {
  const former = keyOf(op, 'former');
  if (guestKey(op).role !== 'main' || (await op.parts.containers.state(former)) === undefined) throw vanished();
  await op.parts.containers.rename(former, mainKey(op));
}

/** Removes the server's own containers: the one that it is, and those of a resize. */
export async function removeOwn(op: InstanceOperation): Promise<void> {
  for (const role of ['incoming', 'former', 'main'] as const) await op.parts.containers.remove(keyOf(op, role));
}

const FROZEN: ReadonlySet<PowerState> = new Set([POWER_STATE.PAUSED, POWER_STATE.SUSPENDED]);

/** Stops it, politely when `clean`; gives the power_state it was found in. */
export async function powerOff(op: InstanceOperation, clean: boolean): Promise<PowerState> {
  const before = await powerOf(op);
  // It is thawed for it, and may have something to say to others.
  if (clean && FROZEN.has(before)) await op.parts.networks.unmute(op.instance.get('uuid'));
  await op.parts.containers.stop(guestKey(op), { timeoutMs: clean ? await shutdownTimeoutMs(op) : 0 });
  return before;
}

/** Where a rescued server has its own disk. */
const RESCUED_AT = '/rescue';

/** Its own disk for the container of its rescue; a restart of the host takes it away. */
export function exposeDisk(op: InstanceOperation): Promise<readonly GuestFile[]> {
  return op.parts.disks.expose(mainKey(op), RESCUED_AT);
}

/**
 * Ends a rescue, if there is one (an administrator may have reset the server's state in the middle of it): first the
 * container that has the disk, then the disk, which the server's own may have again only after that. What the rescue was
 * given of files goes with it.
 */
export async function endRescue({ instance, parts }: InstanceOperation): Promise<void> {
  const instanceUuid = instance.get('uuid');
  await parts.containers.remove({ instanceUuid, role: 'rescue' });
  await parts.disks.conceal(instanceUuid);
  await parts.folders.endRescue(instanceUuid);
}

export function vanished(): ServiceError {
  return new ServiceError(
    'NotFound',
    'The container of this server was removed outside of Nova, and its disk with it. Rebuild or delete the server.',
    { nova: { name: 'InstanceNotRunning', code: 404 } },
  );
}

/**
 * What was set of the server (docker:stop_timeout, os_shutdown_timeout), else the host's option. A stop works all the same
 * when the policy refuses by now what it let pass when the server was built.
 */
async function shutdownTimeoutMs(op: InstanceOperation): Promise<number> {
  const { settings, policy } = op.parts;
  try {
    // nova-api sends some requests without the flavor.
    const isWhole = op.instance.peek('flavor') !== undefined;
    const instance = isWhole ? op.instance : await op.conductor.instances.get(op.instance.get('uuid'), NOVA_ATTRS);
    const { stop_timeout: said } = instanceSettings(instanceFacts(instance, settings), policy).values;
    return said === undefined ? settings.shutdownTimeoutMs : said * 1000;
  } catch (error) {
    op.log.warn('What is set of a server cannot be used any more', { reason: messageOf(error) });
    return settings.shutdownTimeoutMs;
  }
}

/** Brings its config drive up to date. It is no reason not to start: what it has told before is still there. */
async function refreshDrive({ instance, parts, log }: InstanceOperation): Promise<void> {
  try {
    await parts.folders.refreshDrive(instance, instance.peek('info_cache')?.get('network_info') ?? undefined);
  } catch (error) {
    log.error('The config drive of a server could not be brought up to date', { error });
  }
}
