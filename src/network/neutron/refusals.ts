import { ServiceError, type ErrorKind } from '../../errors/kinds.js';
import { codeOf } from '../../openstack/failures.js';

/**
 * Nova's exceptions about networks (nova/exception.py, release 26): kind, HTTP-like code of a fault, and what it says.
 * A text in braces stands for the argument of that name.
 */
const REFUSALS = {
  NetworkNotFound: ['NotFound', 404, 'Network {network_id} could not be found.'],
  NetworkNotFoundForInstance: ['NotFound', 404, 'Network could not be found for instance {instance_id}.'],
  PortNotFound: ['NotFound', 404, 'Port id {port_id} could not be found.'],
  PortInUse: ['Conflict', 409, 'Port {port_id} is still in use.'],
  PortNotUsable: ['Invalid', 400, 'Port {port_id} not usable for instance {instance}.'],
  PortNotUsableDNS: [
    'Invalid',
    400,
    'Port {port_id} not usable for instance {instance}. Value {value} assigned to dns_name attribute does not match ' +
      "instance's hostname {hostname}",
  ],
  PortRequiresFixedIP: ['Invalid', 400, 'Port {port_id} requires a FixedIP in order to be used.'],
  PortBindingFailed: [
    'Invalid',
    400,
    'Binding failed for port {port_id}: does an agent of its network run on host {host}? See the neutron logs.',
  ],
  PortUpdateFailed: ['Invalid', 400, 'Port update failed for port {port_id}: {reason}'],
  PortLimitExceeded: ['Forbidden', 403, 'Maximum number of ports exceeded'],
  SecurityGroupNotFound: ['NotFound', 404, 'Security group {security_group_id} not found.'],
  NoUniqueMatch: ['Conflict', 409, "Multiple security groups found matching '{name}'. Use an ID to be more specific."],
  SecurityGroupCannotBeApplied: [
    'Invalid',
    400,
    'Network requires port_security_enabled and subnet associated in order to apply security groups.',
  ],
  NetworkAmbiguous: [
    'Invalid',
    400,
    'More than one possible network found. Specify network ID(s) to select which one(s) to connect to.',
  ],
  InterfaceAttachFailedNoNetwork: [
    'Invalid',
    400,
    "No specific network was requested and none are available for project '{project_id}'.",
  ],
  InterfaceAttachResourceAllocationFailed: [
    'Invalid',
    400,
    'Failed to allocate additional resources to {instance_uuid} during interface attach',
  ],
  ExternalNetworkAttachForbidden: [
    'Forbidden',
    403,
    'It is not allowed to create an interface on external network {network_uuid}',
  ],
  UnableToAutoAllocateNetwork: ['Invalid', 400, 'Unable to automatically allocate a network for project {project_id}'],
  NetworksWithQoSPolicyNotSupported: [
    'Invalid',
    400,
    'Using networks with QoS policy is not supported for instance {instance_uuid}. (Network ID is {network_id})',
  ],
  NoMoreFixedIps: ['Unavailable', 500, 'No fixed IP addresses available for network: {net}'],
  FixedIpAlreadyInUse: ['Conflict', 500, 'Fixed IP {address} is already in use.'],
  FixedIpInvalidOnHost: [
    'Invalid',
    400,
    'The fixed IP associated with port {port_id} is not compatible with the host.',
  ],
  FixedIpNotFoundForInstance: ['NotFound', 404, "Instance {instance_uuid} does not have fixed IP '{ip}'."],
  InvalidInput: ['Invalid', 400, 'Invalid input received: {reason}'],
} as const satisfies Readonly<Record<string, readonly [ErrorKind, number, string]>>;

export type RefusalName = keyof typeof REFUSALS;

/** An error that Nova's API, or the server's fault, shows under this name. */
export function refusal(
  name: RefusalName,
  kwargs: Readonly<Record<string, string>> = {},
  cause?: unknown,
): ServiceError {
  const [kind, code, text] = REFUSALS[name];
  const message = text.replace(/\{(\w+)\}/g, (whole, key: string) => kwargs[key] ?? whole);
  return new ServiceError(kind, message, { nova: { name, code, kwargs }, ...(cause === undefined ? {} : { cause }) });
}

/** What a change of a port was about, as far as a refusal speaks of it. */
export interface PortChange {
  readonly portId?: string;
  readonly networkId: string;
  readonly address?: string | null;
  readonly macAddress?: string;
}

/** Neutron's own words of a refusal -> Nova's exception, with what that one says. */
const IN_NOVAS_WORDS: Readonly<Record<string, (about: PortChange) => [RefusalName, Readonly<Record<string, string>>]>> =
  {
    IpAddressGenerationFailure: ({ networkId }) => ['NoMoreFixedIps', { net: networkId }],
    IpAddressInUse: ({ address }) => ['FixedIpAlreadyInUse', { address: address ?? '' }],
    IpAddressAlreadyAllocated: ({ address }) => ['FixedIpAlreadyInUse', { address: address ?? '' }],
    InvalidIpForNetwork: unfittingAddress,
    InvalidIpForSubnet: unfittingAddress,
    OverQuota: () => ['PortLimitExceeded', {}],
    MacAddressInUse: ({ macAddress }) => ['PortInUse', { port_id: macAddress ?? '' }],
    HostNotCompatibleWithFixedIps: ({ portId }) => ['FixedIpInvalidOnHost', { port_id: portId ?? '' }],
    PortNotFound: ({ portId }) => ['PortNotFound', { port_id: portId ?? '' }],
    NetworkNotFound: ({ networkId }) => ['NetworkNotFound', { network_id: networkId }],
  };

function unfittingAddress({ address, networkId }: PortChange): [RefusalName, Readonly<Record<string, string>>] {
  return ['InvalidInput', { reason: `Fixed IP ${address ?? ''} is not a valid ip address for network ${networkId}.` }];
}

/** Neutron's refusal of a new or changed port in Nova's words; anything else as it is. */
export function portRefusal(error: unknown, change: PortChange): unknown {
  const translate = IN_NOVAS_WORDS[codeOf(error) ?? ''];
  if (translate === undefined) return error;
  const [name, kwargs] = translate(change);
  return refusal(name, kwargs, error);
}
