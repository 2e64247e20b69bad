import { kindOf, messageOf } from '../../errors/kinds.js';
import type { RequestContext } from '../../observe/context.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import type { NeutronParts } from './parts.js';

/** Keys of `binding:profile` that Nova wrote (nova/network/neutron.py _unbind_ports, release 26). */
const OURS_IN_PROFILE = new Set([
  'pci_vendor_info',
  'pci_slot',
  'allocation',
  'arq_uuid',
  'physical_network',
  'card_serial_number',
  'vf_num',
  'pf_mac_address',
  'device_mac_address',
]);

export interface ReleaseCall {
  readonly context: RequestContext;
  readonly signal: AbortSignal;
}

/** Deletes ports that were made for an instance. Tries all of them; throws the first failure. */
export async function deletePorts(parts: NeutronParts, ids: readonly string[], call: ReleaseCall): Promise<void> {
  const { neutron } = parts;
  const ends = await Promise.allSettled(
    ids.map((id) => neutron.deletePort(id, { as: call.context, signal: call.signal })),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;
}

/** Gives ports of the user's back as they were before. A port that is gone is fine; another failure is for the log. */
export async function unbindPorts(
  parts: NeutronParts,
  ports: readonly NeutronPort[],
  call: ReleaseCall,
): Promise<void> {
  await Promise.all(ports.map((port) => unbind(parts, port, call)));
}

async function unbind(parts: NeutronParts, port: NeutronPort, { context, signal }: ReleaseCall): Promise<void> {
  const { neutron, extensions, log } = parts;
  try {
    const known = await parts.facts.networks([port.networkId]);
    const isOutsideDns = (known.get(port.networkId)?.network.dnsDomain ?? '') !== '';
    const hasDns = await extensions.has('dns-integration');
    const profile = Object.entries(port.profile).filter(([key]) => !OURS_IN_PROFILE.has(key));
    const body = {
      device_id: '',
      device_owner: '',
      'binding:host_id': null,
      'binding:profile': Object.fromEntries(profile),
      ...(hasDns && !isOutsideDns ? { dns_name: '' } : {}),
    };
    await neutron.updatePort(port.id, body, { signal });
    if (hasDns && isOutsideDns) await neutron.updatePort(port.id, { dns_name: '' }, { as: context, signal });
  } catch (error) {
    if (kindOf(error) === 'NotFound') return;
    log.error('A port of the user could not be given back; it stays bound', {
      portId: port.id,
      reason: messageOf(error),
    });
  }
}
