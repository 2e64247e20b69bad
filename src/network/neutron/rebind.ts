import type { NetworkSubject, ProviderMapping, Providers } from '../../compute/ports/networks.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import { heldMapping } from '../shares/claim.js';
import { profileWith, profileWithHeld } from '../shares/profile.js';
import { deviceOwner } from './connect.js';
import type { Json } from '../../openstack/shape.js';
import type { NeutronParts } from './parts.js';
import { portRefusal, refusal } from './refusals.js';

/**
 * Binds the ports that an instance has to this host (nova/network/neutron.py setup_instance_network_on_host and
 * _update_port_binding_for_instance, release 26). Safe to repeat. Throws what Neutron refuses, PortBindingFailed when no
 * agent here takes one, and, before any port is touched, PortUpdateFailed when nobody says who gives one what it asks for.
 */
export async function rebindPorts(parts: NeutronParts, subject: NetworkSubject, providers: Providers): Promise<void> {
  const { host } = parts;
  for (const { id, vifType } of await bindPortsTo(parts, subject, host, providers)) {
    if (vifType === 'binding_failed') throw refusal('PortBindingFailed', { port_id: id, host });
  }
}

/** The same for any host, which may be away: then Neutron binds them when its agent asks for them. */
export async function bindPortsTo(
  parts: NeutronParts,
  subject: NetworkSubject,
  host: string,
  providers: Providers,
): Promise<readonly NeutronPort[]> {
  const { instance, signal } = subject;
  const ports = await parts.neutron.ports({ device_id: instance.get('uuid') }, { signal });
  const body = { 'binding:host_id': host, device_owner: deviceOwner(instance.get('availability_zone')) };
  const held = providers === 'held' ? await heldMapping(parts, subject, ports) : null;
  const updates = ports.map((port) => ({ port, body: { ...body, ...profileChange(port, held, providers) } }));
  const bound: NeutronPort[] = [];
  for (const { port, body } of updates) {
    const { id, networkId, macAddress } = port;
    try {
      bound.push(await parts.neutron.updatePort(id, body, { signal }));
    } catch (error) {
      throw portRefusal(error, { portId: id, networkId, macAddress });
    }
  }
  return bound;
}

/** Ports that ask for nothing keep their profile. */
function profileChange(port: NeutronPort, held: ProviderMapping | null, providers: Providers): Json {
  if (port.resourceRequest === null) return {};
  const isHeld = providers === 'held';
  return { 'binding:profile': isHeld ? profileWithHeld(port, held ?? new Map()) : profileWith(port, providers) };
}
