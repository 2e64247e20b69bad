import { isDeepStrictEqual } from 'node:util';
import type { NetworkSubject } from '../../compute/ports/networks.js';
import type { Vif } from '../../objects/index.js';
import type { NeutronParts } from '../neutron/parts.js';

/**
 * Nova's record of an instance's ports, brought to what Neutron says: one port, or all of them
 * (nova/network/neutron.py _build_network_info_model, release 26). Written only when it changed. Gives all ports.
 */
export async function refreshCache(
  parts: NeutronParts,
  subject: NetworkSubject,
  portId: string | undefined,
): Promise<readonly Vif[]> {
  const { instance, conductor, signal } = subject;
  const uuid = instance.get('uuid');
  const [before, ports] = await Promise.all([
    conductor.networks.cache(uuid),
    parts.neutron.ports({ device_id: uuid, ...(portId === undefined ? {} : { id: portId }) }, { signal }),
  ]);
  // Neutron tells of a port's change, not of its network's: those are looked for when all ports are.
  if (portId === undefined) parts.facts.forget(ports.map(({ networkId }) => networkId));
  const preserved = new Set(before.flatMap((vif) => (vif.preserve_on_delete ? [vif.id] : [])));
  const fresh = await parts.facts.vifs({ ports, preserved, hasFloatingIps: true }, { signal });
  const kept = portId === undefined ? [] : before.filter(({ id }) => id !== portId);
  const now = await inOrder(subject, before, [...kept, ...fresh]);
  if (!isDeepStrictEqual(now, before)) await conductor.networks.saveCache(uuid, now);
  return now;
}

/** As they were; ports that the record did not know stand in the order in which they came to the instance. */
async function inOrder(
  { instance, conductor }: NetworkSubject,
  before: readonly Vif[],
  now: readonly Vif[],
): Promise<readonly Vif[]> {
  const known = before.map(({ id }) => id);
  const isNew = now.some(({ id }) => !known.includes(id));
  const rows = isNew ? await conductor.networks.order(instance.get('uuid')) : [];
  const order = [...known, ...rows.filter((id) => !known.includes(id))];
  const place = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
  return [...now].sort((a, b) => place(a.id) - place(b.id));
}
