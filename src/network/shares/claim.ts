import type { NetworkSubject, ProviderMapping } from '../../compute/ports/networks.js';
import { messageOf, novaNameOf } from '../../errors/kinds.js';
import type { Vif } from '../../objects/index.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import type { ResourceRequest } from '../../openstack/resource-request.js';
import type { Share } from '../../openstack/shares.js';
import type { NeutronParts } from '../neutron/parts.js';
import { refusal } from '../neutron/refusals.js';
import { fitGroups } from './fit.js';
import { minus, plus, providersIn, sharesOf } from './share.js';

/** What Placement gave for a port. */
export interface Claim {
  readonly share: Share;
  readonly providers: ProviderMapping;
}

/**
 * Claims what a port asks for, of this host, beside what its instance holds (nova/compute/manager.py
 * _allocate_port_resource_for_instance, release 26); null: it asks for nothing. Throws
 * InterfaceAttachResourceAllocationFailed when this host has not enough.
 *
 * INVARIANT: nothing is counted twice. A try claims before it binds the port, so what the instance holds beyond its other
 * ports' shares is the claim of a try that was interrupted.
 */
export async function claimShare(
  parts: NeutronParts,
  subject: NetworkSubject,
  port: NeutronPort,
  isRepeated: boolean,
): Promise<Claim | null> {
  const { resourceRequest: request } = port;
  if (request === null) return null;
  try {
    const earlier = isRepeated ? await earlierClaim(parts, subject, port.id, request) : null;
    return earlier ?? (await claimNew(parts, subject, port.id, request));
  } catch (error) {
    if (subject.signal.aborted || novaNameOf(error) !== undefined) throw error;
    throw notEnough(subject, error);
  }
}

async function claimNew(
  parts: NeutronParts,
  subject: NetworkSubject,
  portId: string,
  request: ResourceRequest,
): Promise<Claim> {
  const { shares, nodeUuid } = parts;
  const candidate = await shares.candidate(request, nodeUuid());
  if (candidate === undefined) throw notEnough(subject, undefined);
  try {
    await shares.change(subject.instance.get('uuid'), (held) => plus(held, candidate.share));
    return candidate;
  } catch (error) {
    // It may have been done although its answer did not come.
    if (!subject.signal.aborted) await giveClaimBack(parts, subject, portId, candidate);
    throw error;
  }
}

async function earlierClaim(
  parts: NeutronParts,
  subject: NetworkSubject,
  portId: string,
  { groups }: ResourceRequest,
): Promise<Claim | null> {
  const held = await parts.shares.held(subject.instance.get('uuid'));
  const surplus = minus(held, await shareOfOthers(parts, subject, portId), new Map());
  const providers = fitGroups(groups, surplus, await traitsOf(parts, surplus));
  if (providers.size < groups.length) return null;
  const share = groups
    .map(({ id, resources }): Share => new Map((providers.get(id) ?? []).map((provider) => [provider, resources])))
    .reduce<Share>(plus, new Map());
  return { share, providers };
}

/** Gives a port's share back; safe to repeat, since its instance keeps what its other ports hold. */
export async function giveShareBack(
  parts: NeutronParts,
  subject: NetworkSubject,
  portId: string,
  share: Share,
): Promise<void> {
  if (share.size === 0) return;
  const others = await shareOfOthers(parts, subject, portId);
  await parts.shares.change(subject.instance.get('uuid'), (held) => minus(held, share, others));
}

/**
 * The same for a port that somebody deleted in Neutron: nobody says any more what it had, so what the providers of its
 * record give beyond the other ports' shares goes. Upstream leaves that with the server until it is deleted.
 */
export async function giveVanishedBack(parts: NeutronParts, subject: NetworkSubject, vif: Vif): Promise<void> {
  const providers = providersIn(vif.profile?.['allocation']).filter((provider) => provider !== parts.nodeUuid());
  if (providers.length === 0) return;
  const others = await shareOfOthers(parts, subject, vif.id);
  await parts.shares.change(subject.instance.get('uuid'), (held) =>
    minus(held, new Map(providers.map((provider) => [provider, held.get(provider) ?? {}])), others),
  );
}

/** What an attachment that failed had claimed. */
export async function giveClaimBack(
  parts: NeutronParts,
  subject: NetworkSubject,
  portId: string,
  { share }: Claim,
): Promise<void> {
  try {
    await giveShareBack(parts, subject, portId, share);
  } catch (error) {
    parts.log.error('What a port that was not attached holds in Placement stays until its server is deleted', {
      instanceUuid: subject.instance.get('uuid'),
      ...{ portId, reason: messageOf(error) },
    });
  }
}

/**
 * The providers that give what an instance's ports ask for, as far as it holds that (nova/compute/manager.py
 * _fill_provider_mapping_based_on_allocs, release 26). Placement is asked nothing when they ask for nothing.
 */
export async function heldMapping(
  parts: NeutronParts,
  subject: NetworkSubject,
  ports: readonly NeutronPort[],
): Promise<ProviderMapping> {
  const groups = ports.flatMap(({ resourceRequest }) => resourceRequest?.groups ?? []);
  if (groups.length === 0) return new Map();
  const held = await parts.shares.held(subject.instance.get('uuid'));
  return fitGroups(groups, held, await traitsOf(parts, held));
}

async function shareOfOthers(parts: NeutronParts, subject: NetworkSubject, portId: string): Promise<Share> {
  const { instance, signal } = subject;
  const ports = await parts.neutron.ports({ device_id: instance.get('uuid') }, { signal });
  return sharesOf(ports.filter(({ id }) => id !== portId));
}

async function traitsOf({ shares }: NeutronParts, share: Share): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = [...share.keys()].map(async (provider) => [provider, await shares.traits(provider)] as const);
  return new Map(await Promise.all(found));
}

function notEnough({ instance }: NetworkSubject, cause: unknown): Error {
  return refusal('InterfaceAttachResourceAllocationFailed', { instance_uuid: instance.get('uuid') }, cause);
}
