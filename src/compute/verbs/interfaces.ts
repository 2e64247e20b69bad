import { messageOf, novaNameOf, ServiceError } from '../../errors/kinds.js';
import type { Vif } from '../../objects/index.js';
import { optionalStringArg, stringArg } from '../arguments.js';
import type { InstanceOperation } from '../operation.js';
import { networkSubject } from '../network-subject.js';
import { plug, untilWired } from './wiring.js';

/** The caller waits, for a minute at most: after this time the container gets the port as it is. */
const LONGEST_WAIT_MS = 30_000;

/**
 * One more port for a server that runs, is paused or stopped (nova/compute/manager.py attach_interface, release 26).
 * The port comes into a running container when its security groups are in force. Gives the port as Nova's network
 * cache has it.
 */
export async function attachInterface(op: InstanceOperation): Promise<Vif> {
  const { args } = op.request;
  const subject = networkSubject(op);
  const portId = optionalStringArg(args, 'port_id');
  const vifs = await op.parts.networks.attach({
    ...subject,
    networkId: optionalStringArg(args, 'network_id'),
    portId,
    address: optionalStringArg(args, 'requested_ip'),
    tag: optionalStringArg(args, 'tag'),
    isRepeated: op.attempt > 1,
  });
  const added = vifs.find(({ id }) => id === portId) ?? vifs.at(-1);
  if (added === undefined) throw attachFailed(op, undefined);
  try {
    await bringIn(op, vifs, added);
    return added;
  } catch (error) {
    if (!op.signal.aborted) await takeBack(op, added.id);
    throw novaNameOf(error) === undefined ? attachFailed(op, error) : error;
  }
}

async function bringIn(op: InstanceOperation, vifs: readonly Vif[], added: Vif): Promise<void> {
  const vifPluggingTimeoutMs = Math.min(op.parts.settings.vifPluggingTimeoutMs, LONGEST_WAIT_MS);
  const settings = { ...op.parts.settings, vifPluggingTimeoutMs, vifPluggingIsFatal: false };
  const patient = { ...op, parts: { ...op.parts, settings } };
  await untilWired(patient, await plug(patient, vifs, [added]));
  await op.parts.networks.apply(networkSubject(op), vifs);
}

async function takeBack(op: InstanceOperation, portId: string): Promise<void> {
  try {
    await op.parts.networks.detach(networkSubject(op), portId);
  } catch (error) {
    op.log.error('A port that could not be attached stayed with the server', { portId, reason: messageOf(error) });
  }
}

function attachFailed(op: InstanceOperation, cause: unknown): ServiceError {
  const uuid = op.instance.get('uuid');
  const reason = cause === undefined ? '' : `: ${messageOf(cause)}`;
  return new ServiceError('Internal', `Failed to attach network adapter device to ${uuid}${reason}`, {
    cause,
    nova: { name: 'InterfaceAttachFailed', kwargs: { instance_uuid: uuid } },
  });
}

/** detach_interface: out of the container, then given back. */
export async function detachInterface(op: InstanceOperation): Promise<void> {
  const portId = stringArg(op.request.args, 'port_id');
  await onceOnly(op, 'PortNotFound', () => op.parts.networks.detach(networkSubject(op), portId));
}

/** add_fixed_ip_to_instance */
export async function addFixedIp(op: InstanceOperation): Promise<void> {
  const networkId = stringArg(op.request.args, 'network_id');
  if (op.attempt > 1 && (await hasOneMore(op, networkId))) return;
  await op.parts.networks.addFixedIp(networkSubject(op), networkId);
}

/**
 * Whether the try of this request that was interrupted had got its address: one that the server did not have when it was
 * asked for. Records it where it may not stand yet.
 */
async function hasOneMore(op: InstanceOperation, networkId: string): Promise<boolean> {
  const subject = networkSubject(op);
  const whenAsked = op.instance.peek('info_cache')?.get('network_info') ?? (await op.parts.networks.recorded(subject));
  const before = addressesIn(whenAsked, networkId);
  const now = addressesIn(await op.parts.networks.refresh(subject), networkId);
  return [...now].some((address) => !before.has(address));
}

function addressesIn(vifs: readonly Vif[], networkId: string): ReadonlySet<string | null> {
  const subnets = vifs
    .filter(({ network }) => network?.id === networkId)
    .flatMap(({ network }) => network?.subnets ?? []);
  return new Set(subnets.flatMap(({ ips }) => ips).map(({ address }) => address));
}

/** remove_fixed_ip_from_instance */
export async function removeFixedIp(op: InstanceOperation): Promise<void> {
  const address = stringArg(op.request.args, 'address');
  await onceOnly(op, 'FixedIpNotFoundForInstance', () => op.parts.networks.removeFixedIp(networkSubject(op), address));
}

/** What is not there any more was taken away by the try of this request that was interrupted; its record may not say so. */
async function onceOnly(op: InstanceOperation, refusal: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (op.attempt === 1 || novaNameOf(error) !== refusal) throw error;
    await op.parts.networks.refresh(networkSubject(op));
  }
}

/** inject_network_info: what Neutron says now, brought into the container. */
export async function injectNetworkInfo(op: InstanceOperation): Promise<void> {
  await op.parts.networks.refresh(networkSubject(op));
}
