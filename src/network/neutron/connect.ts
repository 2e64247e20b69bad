import type { ProviderMapping } from '../../compute/ports/networks.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import { profileWith } from '../shares/profile.js';
import type { NeutronParts } from './parts.js';
import { portRefusal, refusal } from './refusals.js';
import type { Asker, Target } from './targets.js';

/** A port that is bound to this host for the instance. */
export interface BoundPort {
  readonly port: NeutronPort;
  readonly target: Target;
}

/** What a port is to be made or bound with. */
export interface ConnectRequest {
  readonly asker: Asker;
  readonly target: Target;
  readonly securityGroupIds: readonly string[];
  /** A port of an earlier, interrupted try that fits. */
  readonly found: NeutronPort | undefined;
  readonly providers: ProviderMapping;
}

/**
 * One NIC's port: the user's, one of an earlier try, or a new one. It is made with the user's token, so that quota and
 * policy are the user's, and bound with ours, as only the service may (nova/network/neutron.py, release 26).
 */
export async function connectPort(parts: NeutronParts, request: ConnectRequest): Promise<BoundPort> {
  const { target } = request;
  checkSecurity(request);
  const port = target.port ?? request.found ?? (await createPort(parts, request));
  const bound = await bindPort(parts, request, port);
  if (target.port === null && bound.resourceRequest !== null) {
    const kwargs = { instance_uuid: request.asker.instance.get('uuid'), network_id: target.network.id };
    throw refusal('NetworksWithQoSPolicyNotSupported', kwargs);
  }
  if (target.port !== null && bound.fixedIps.length === 0 && bound.ipAllocation === 'immediate') {
    throw refusal('PortRequiresFixedIP', { port_id: bound.id });
  }
  return { port: bound, target };
}

/** A port needs an address for its security groups to mean anything. */
function checkSecurity({ target: { network }, securityGroupIds }: ConnectRequest): void {
  const isBare = network.hasPortSecurity ? network.subnetIds.length === 0 : securityGroupIds.length > 0;
  if (isBare) throw refusal('SecurityGroupCannotBeApplied');
}

async function createPort({ neutron }: NeutronParts, request: ConnectRequest): Promise<NeutronPort> {
  const { asker, target, securityGroupIds } = request;
  const { address } = target.wish;
  const networkId = target.network.id;
  const body = {
    // Says from the beginning whose it is: what is left of an interrupted boot is found by it.
    device_id: asker.instance.get('uuid'),
    network_id: networkId,
    admin_state_up: true,
    tenant_id: asker.instance.get('project_id'),
    ...(address === null ? {} : { fixed_ips: [{ ip_address: address }] }),
    ...(securityGroupIds.length === 0 ? {} : { security_groups: securityGroupIds }),
  };
  try {
    return await neutron.createPort(body, { as: asker.context, signal: asker.signal });
  } catch (error) {
    throw portRefusal(error, { networkId, address });
  }
}

async function bindPort(parts: NeutronParts, request: ConnectRequest, port: NeutronPort): Promise<NeutronPort> {
  const { asker, target, providers } = request;
  const { instance, context, signal } = asker;
  const profile = target.port === null ? {} : profileWith(port, providers);
  const hasDns = await parts.extensions.has('dns-integration');
  const isOutsideDns = target.network.dnsDomain !== '';
  const hostname = instance.get('hostname');
  const body = {
    device_id: instance.get('uuid'),
    device_owner: deviceOwner(instance.get('availability_zone')),
    'binding:host_id': parts.host,
    ...(Object.keys(profile).length === 0 ? {} : { 'binding:profile': profile }),
    ...(hasDns && !isOutsideDns ? { dns_name: hostname } : {}),
  };
  const about = { portId: port.id, networkId: port.networkId, macAddress: port.macAddress };
  try {
    const bound = await parts.neutron.updatePort(port.id, body, { signal });
    if (bound.vifType === 'binding_failed') throw refusal('PortBindingFailed', { port_id: port.id, host: parts.host });
    // A name in an outside DNS is the user's to give.
    if (hasDns && isOutsideDns)
      await parts.neutron.updatePort(port.id, { dns_name: hostname }, { as: context, signal });
    return bound;
  } catch (error) {
    throw portRefusal(error, about);
  }
}

/** nova's `compute:<zone>`; Python writes a missing zone as `None`. */
export function deviceOwner(availabilityZone: string | null): string {
  return `compute:${availabilityZone ?? 'None'}`;
}
