import type { NetworkSubject } from '../../compute/ports/networks.js';
import { deviceOwner } from './connect.js';
import type { NeutronParts } from './parts.js';
import { portRefusal, refusal } from './refusals.js';

/**
 * Binds the ports that an instance has to this host (nova/network/neutron.py setup_instance_network_on_host and
 * _update_port_binding_for_instance, release 26). Safe to repeat. Throws what Neutron refuses, PortBindingFailed when no
 * agent here takes one.
 */
export async function rebindPorts(parts: NeutronParts, { instance, signal }: NetworkSubject): Promise<void> {
  const { neutron, host } = parts;
  const ports = await neutron.ports({ device_id: instance.get('uuid') }, { signal });
  const body = { 'binding:host_id': host, device_owner: deviceOwner(instance.get('availability_zone')) };
  for (const { id, networkId, macAddress } of ports) {
    try {
      const bound = await neutron.updatePort(id, body, { signal });
      if (bound.vifType === 'binding_failed') throw refusal('PortBindingFailed', { port_id: id, host });
    } catch (error) {
      throw portRefusal(error, { portId: id, networkId, macAddress });
    }
  }
}
