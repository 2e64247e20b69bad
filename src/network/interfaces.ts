import type { AttachRequest, NetworkSubject } from '../compute/ports/networks.js';
import type { Vif } from '../objects/index.js';
import { allocate } from './neutron/allocate.js';
import { refusal } from './neutron/refusals.js';
import { deletePorts, unbindPorts } from './neutron/release.js';
import { usablePort } from './neutron/targets.js';
import type { Wishes } from './neutron/wishes.js';
import { onHost, type NetworksParts } from './parts.js';
import { claimShare, giveClaimBack, giveShareBack } from './shares/claim.js';
import { shareOf } from './shares/share.js';

/** One more port; a repeated request may find its port recorded. What fails has claimed nothing. */
export async function attach(parts: NetworksParts, request: AttachRequest): Promise<readonly Vif[]> {
  const { instance, portId, isRepeated } = request;
  const others = await request.conductor.networks.cache(instance.get('uuid'));
  if (portId === null) return attachWith(parts, request, others, new Map());
  if (others.some(({ id }) => id === portId)) {
    if (isRepeated) return others;
    throw refusal('PortInUse', { port_id: portId });
  }
  const claim = await claimShare(parts, request, await usablePort(parts, request, portId), isRepeated);
  try {
    return await attachWith(parts, request, others, claim?.providers ?? new Map());
  } catch (error) {
    // Stopped, or superseded by a deletion: the one that goes on finds the claim.
    if (claim !== null && !request.signal.aborted) await giveClaimBack(parts, request, portId, claim);
    throw error;
  }
}

async function attachWith(
  parts: NetworksParts,
  request: AttachRequest,
  others: readonly Vif[],
  providers: ReadonlyMap<string, readonly string[]>,
): Promise<readonly Vif[]> {
  const { instance, portId, networkId, address, tag } = request;
  const wishes: Wishes =
    portId === null && networkId === null
      ? { kind: 'any' }
      : { kind: 'these', wishes: [{ portId, networkId, address, tag }] };
  const work = { subject: request, wishes, securityGroups: [], others, providers, isRepeated: false };
  const vifs = await allocate(parts, work);
  if (vifs.length > others.length) return vifs;
  throw refusal('InterfaceAttachFailedNoNetwork', { project_id: instance.get('project_id') ?? '' });
}

/**
 * First out of the container, so that nothing uses the address when it is somebody else's. What it holds in Placement goes
 * while the port still says so; upstream's order would forget it in a crash.
 */
export async function detach(parts: NetworksParts, subject: NetworkSubject, portId: string): Promise<void> {
  const { instance, conductor, context, signal } = subject;
  const vifs = await conductor.networks.cache(instance.get('uuid'));
  const condemned = vifs.find(({ id }) => id === portId);
  if (condemned === undefined) throw refusal('PortNotFound', { port_id: portId });
  await parts.ports.applyIfPlugged(onHost(subject, without(vifs, portId)), signal);
  if (condemned.preserve_on_delete) {
    const ports = await parts.neutron.ports({ id: portId }, { signal });
    for (const port of ports) await giveShareBack(parts, subject, portId, shareOf(port));
    await unbindPorts(parts, ports, { context, signal });
  } else {
    await deletePorts(parts, [portId], { context, signal });
  }
  await forgetPort(parts, subject, vifs, portId);
}

/** Away from Nova's records and this host. */
export async function forgetPort(
  parts: NetworksParts,
  subject: NetworkSubject,
  vifs: readonly Vif[],
  portId: string,
): Promise<void> {
  const { instance, conductor, signal } = subject;
  const left = without(vifs, portId);
  // The record goes last: by it an interrupted try is found.
  await conductor.networks.remove(portId);
  await conductor.networks.saveCache(instance.get('uuid'), left);
  await parts.ports.applyIfPlugged(onHost(subject, left), signal);
}

function without(vifs: readonly Vif[], portId: string): readonly Vif[] {
  return vifs.filter(({ id }) => id !== portId);
}
