import type { NetworkSubject } from '../compute/ports/networks.js';
import type { Vif } from '../objects/index.js';
import type { HostPorts, PortsOnHost } from './host/ports.js';
import type { NeutronParts } from './neutron/parts.js';

export interface NetworksParts extends NeutronParts {
  readonly ports: HostPorts;
}

export function onHost({ instance }: NetworkSubject, vifs: readonly Vif[]): PortsOnHost {
  return { instanceUuid: instance.get('uuid'), hostname: instance.get('hostname') ?? '', vifs };
}
