import type { NetworkSubject } from '../../compute/ports/networks.js';
import { novaNameOf } from '../../errors/kinds.js';
import type { NeutronParts } from './parts.js';
import { deletePorts, unbindPorts } from './release.js';

/**
 * Gives all ports of an instance back: those that the user brought are unbound, the others deleted; then Nova's records
 * of them (nova/network/neutron.py deallocate_for_instance, release 26). `brought`: ports of the user's that the records
 * may not know yet. Nothing there is fine.
 */
export async function deallocate(
  parts: NeutronParts,
  subject: NetworkSubject,
  brought: readonly string[],
): Promise<void> {
  const { instance, conductor, context, signal } = subject;
  const uuid = instance.get('uuid');
  const [cache, ports] = await Promise.all([
    conductor.networks.cache(uuid),
    parts.neutron.ports({ device_id: uuid }, { signal }),
  ]);
  const preserved = new Set([...brought, ...cache.flatMap((vif) => (vif.preserve_on_delete ? [vif.id] : []))]);
  const made = ports.flatMap(({ id }) => (preserved.has(id) ? [] : [id]));
  await Promise.all([
    unbindPorts(
      parts,
      ports.filter(({ id }) => preserved.has(id)),
      { context, signal },
    ),
    deletePorts(parts, made, { context, signal }),
  ]);
  await conductor.networks.removeAll(uuid);
  if (cache.length > 0) await saveEmpty(subject);
}

/** A server whose row is gone has no cache to write. */
async function saveEmpty({ instance, conductor }: NetworkSubject): Promise<void> {
  try {
    await conductor.networks.saveCache(instance.get('uuid'), []);
  } catch (error) {
    if (novaNameOf(error) !== 'InstanceNotFound') throw error;
  }
}
