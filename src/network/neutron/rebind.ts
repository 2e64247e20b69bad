import type { NetworkSubject } from '../../compute/ports/networks.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import { deviceOwner } from './connect.js';
import type { NeutronParts } from './parts.js';
import { portRefusal, refusal } from './refusals.js';

/**
 * Binds the ports that an instance has to this host (nova/network/neutron.py setup_instance_network_on_host and
 * _update_port_binding_for_instance, release 26). Safe to repeat. Throws what Neutron refuses, PortBindingFailed when no
 * agent here takes one.
 */
export async function rebindPorts(parts: NeutronParts, subject: NetworkSubject): Promise<void> {
  const { host } = parts;
  for (const { id, vifType } of await bindPortsTo(parts, subject, host)) {
    if (vifType === 'binding_failed') throw refusal('PortBindingFailed', { port_id: id, host });
  }
}

/** The same for any host, which may be away: then Neutron binds them when its agent asks for them. */
export async function bindPortsTo(
  { neutron }: NeutronParts,
  { instance, signal }: NetworkSubject,
  host: string,
): Promise<readonly NeutronPort[]> {
  const ports = await neutron.ports({ device_id: instance.get('uuid') }, { signal });
  const body = { 'binding:host_id': host, device_owner: deviceOwner(instance.get('availability_zone')) };
  const bound: NeutronPort[] = [];
  for (const { id, networkId, macAddress } of ports) {
    try {
      bound.push(await neutron.updatePort(id, body, { signal }));
    } catch (error) {
      throw portRefusal(error, { portId: id, networkId, macAddress });
    }
  }
  return bound;
}
