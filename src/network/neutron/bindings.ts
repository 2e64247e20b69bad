import type { NetworkSubject } from '../../compute/ports/networks.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import type { NeutronParts } from './parts.js';
import { rebindPorts } from './rebind.js';

const MANY_BINDINGS = 'binding-extended';

/**
 * Makes this host the one on which the instance's ports are: by the binding that conductor has made, or that is left of
 * before; where there is none (Neutron has no such bindings), by changing the one that there is (nova/network/neutron.py
 * migrate_instance_start and migrate_instance_finish, release 26). Safe to repeat. Throws as `rebindPorts`.
 */
export async function takePortsOver(parts: NeutronParts, subject: NetworkSubject): Promise<void> {
  const { host, neutron } = parts;
  const { signal } = subject;
  if (await parts.extensions.has(MANY_BINDINGS)) {
    for (const port of await portsOf(parts, subject)) {
      if (port.hostId !== host) await neutron.activateBinding(port.id, host, { signal });
    }
  }
  await rebindPorts(parts, subject, 'held');
}

/** nova/network/neutron.py setup_networks_on_host with teardown, release 26. */
export async function forgetBindings(parts: NeutronParts, subject: NetworkSubject, host: string): Promise<void> {
  if (!(await parts.extensions.has(MANY_BINDINGS))) return;
  const { signal } = subject;
  for (const port of await portsOf(parts, subject)) {
    if (port.hostId !== host) await parts.neutron.deleteBinding(port.id, host, { signal });
  }
}

function portsOf({ neutron }: NeutronParts, { instance, signal }: NetworkSubject): Promise<readonly NeutronPort[]> {
  return neutron.ports({ device_id: instance.get('uuid') }, { signal });
}
