import type { Vif } from '../../objects/index.js';
import { messageOf } from '../../errors/kinds.js';
import type { NetworkSubject, ProviderMapping } from '../../compute/ports/networks.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import { connectPort, type BoundPort } from './connect.js';
import type { NeutronParts } from './parts.js';
import { deletePorts, unbindPorts } from './release.js';
import { securityGroupIds } from './security-groups.js';
import { targetsOf, type Target } from './targets.js';
import type { Wishes } from './wishes.js';

/** NICs to add to an instance. */
export interface AllocateRequest {
  readonly subject: NetworkSubject;
  readonly wishes: Wishes;
  readonly securityGroups: readonly string[];
  /** Ports that the instance has besides. */
  readonly others: readonly Vif[];
  readonly providers: ProviderMapping;
  /** The work was begun before. */
  readonly isRepeated: boolean;
}

/**
 * Ports for the wishes, bound to this host and written in Nova's records; gives all of the instance's ports, the new
 * ones last and in the order asked for. When one fails the others are given back (nova/network/neutron.py
 * allocate_for_instance, release 26, which asks for one after the other; here they are asked for at the same time).
 *
 * INVARIANT: a port that is made says from the beginning whose it is, so that every port of an instance is found by
 * `device_id`, whatever was interrupted.
 */
export async function allocate(parts: NeutronParts, request: AllocateRequest): Promise<readonly Vif[]> {
  const { subject, wishes, others, providers } = request;
  const { instance, signal } = subject;
  const uuid = instance.get('uuid');
  const [targets, groups, leftovers] = await Promise.all([
    targetsOf(parts, subject, wishes),
    securityGroupIds(parts.neutron, request.securityGroups, instance.get('project_id') ?? '', callAs(subject)),
    request.isRepeated ? parts.neutron.ports({ device_id: uuid }, { signal }) : [],
  ]);
  if (targets.length === 0) return others;
  warmUp(parts, targets);
  try {
    const bound = await connectAll(parts, {
      subject,
      targets,
      groups,
      providers,
      leftovers: unclaimed(leftovers, targets, others),
    });
    const vifs = [...others, ...(await record(parts, subject, bound))];
    await subject.conductor.networks.saveCache(uuid, vifs);
    return vifs;
  } catch (error) {
    // Stopped, or superseded by a deletion: the one that goes on finds the ports.
    if (!signal.aborted) await giveBack(parts, request, targets);
    throw error;
  }
}

/** What will be asked about the networks is asked while the ports are made; before that it would keep others waiting. */
function warmUp({ facts }: NeutronParts, targets: readonly Target[]): void {
  const ids = targets.map(({ network }) => network.id);
  facts.networks(ids).catch(() => undefined); // who needs them asks again and is told
}

function callAs({ context, signal }: NetworkSubject) {
  return { as: context, signal };
}

/** Ports of an interrupted try that nobody has taken yet. */
function unclaimed(
  leftovers: readonly NeutronPort[],
  targets: readonly Target[],
  others: readonly Vif[],
): NeutronPort[] {
  const taken = new Set([...others.map(({ id }) => id), ...targets.flatMap(({ port }) => port?.id ?? [])]);
  return leftovers.filter(({ id }) => !taken.has(id));
}

interface ConnectAll {
  readonly subject: NetworkSubject;
  readonly targets: readonly Target[];
  readonly groups: readonly string[];
  readonly providers: ProviderMapping;
  readonly leftovers: NeutronPort[];
}

/** All at the same time; when one has failed the others have ended too, so that nothing runs on behind a failure. */
async function connectAll(parts: NeutronParts, work: ConnectAll): Promise<readonly BoundPort[]> {
  const { subject, targets, groups, providers, leftovers } = work;
  const ends = await Promise.allSettled(
    targets.map((target) => {
      const index = target.port === null ? leftovers.findIndex((port) => fits(port, target)) : -1;
      const [found] = index < 0 ? [] : leftovers.splice(index, 1);
      return connectPort(parts, { asker: subject, target, securityGroupIds: groups, found, providers });
    }),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}

function fits(port: NeutronPort, { network, wish }: Target): boolean {
  const hasAddress = wish.address === null || port.fixedIps.some(({ address }) => address === wish.address);
  return port.networkId === network.id && hasAddress;
}

/** Nova's rows, one after the other: their order is the order of the NICs. */
async function record(
  { facts }: NeutronParts,
  { instance, conductor, signal }: NetworkSubject,
  bound: readonly BoundPort[],
): Promise<readonly Vif[]> {
  const brought = bound.flatMap(({ port, target }) => (target.port === null ? [] : [port.id]));
  const rows = async (): Promise<void> => {
    for (const { port, target } of bound) {
      const { id, macAddress } = port;
      const row = { instanceUuid: instance.get('uuid'), portId: id, macAddress, tag: target.wish.tag };
      await conductor.networks.add(row);
    }
  };
  const ports = bound.map(({ port }) => port);
  const request = { ports, preserved: new Set(brought), hasFloatingIps: brought.length > 0 };
  const [vifs] = await Promise.all([facts.vifs(request, { signal }), rows()]);
  return vifs;
}

/** Neutron is asked what there is, as a call may have had its effect though its answer did not come. */
async function giveBack(
  parts: NeutronParts,
  { subject, others }: AllocateRequest,
  targets: readonly Target[],
): Promise<void> {
  const { instance, conductor, context, signal } = subject;
  const uuid = instance.get('uuid');
  try {
    const keep = new Set(others.map(({ id }) => id));
    const brought = new Set(targets.flatMap(({ port }) => port?.id ?? []));
    const ports = (await parts.neutron.ports({ device_id: uuid }, { signal })).filter(({ id }) => !keep.has(id));
    const made = ports.flatMap(({ id }) => (brought.has(id) ? [] : [id]));
    await unbindPorts(
      parts,
      ports.filter(({ id }) => brought.has(id)),
      { context, signal },
    );
    await deletePorts(parts, made, { context, signal });
    for (const { id } of ports) await conductor.networks.remove(id);
  } catch (error) {
    parts.log.error('Ports of a failed allocation could not be given back', {
      instanceUuid: uuid,
      reason: messageOf(error),
    });
  }
}
