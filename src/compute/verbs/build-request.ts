import type { BlockDeviceMapping, NovaObject } from '../../objects/index.js';
import { dictArg, listArg, optionalObjectArg } from '../arguments.js';
import type { Args, InstanceOperation } from '../operation.js';
import { networkSubject } from '../network-subject.js';
import type { NetworkRequest } from '../ports/networks.js';
import { providerMapping } from '../provider-mapping.js';
import { devicesArg } from './volumes.js';

/** The arguments of build_and_run_instance (compute RPC 6.0), read once. */
export interface BuildRequest {
  /** Glance's record as a plain dict; empty for a boot from volume. */
  readonly image: Readonly<Record<string, unknown>>;
  readonly imageName: string;
  readonly filterProperties: Readonly<Record<string, unknown>>;
  /** Volumes, and what is no volume: the image, ephemeral disks, swap. */
  readonly devices: readonly BlockDeviceMapping[];
  /** Absent when the host was forced or a build may be tried only once. */
  readonly retry: Readonly<Record<string, unknown>> | undefined;
  /** Name or uuid of the group that the scheduler was told of; null: none. */
  readonly groupHint: string | null;
  /** What remains of the scheduler's list of hosts. */
  readonly alternateHosts: readonly unknown[];
  readonly requestedNetworks: NovaObject<'NetworkRequestList'> | null;
  readonly securityGroups: readonly string[];
  /** False for `--nic none`: nothing to ask of Neutron. */
  readonly wantsNetwork: boolean;
}

/** Throws Invalid naming the argument. */
export function readBuildRequest(args: Args): BuildRequest {
  const image = dictArg(args, 'image');
  const filterProperties = dictArg(args, 'filter_properties');
  const requestedNetworks = optionalObjectArg(args, 'requested_networks', 'NetworkRequestList');
  return {
    image,
    imageName: typeof image['name'] === 'string' ? image['name'] : '',
    filterProperties,
    retry: filterProperties['retry'] === undefined ? undefined : dictArg(filterProperties, 'retry'),
    devices: devicesArg(args, 'block_device_mapping'),
    groupHint: groupHint(args, filterProperties),
    alternateHosts: listArg(args, 'host_list'),
    requestedNetworks,
    securityGroups: listArg(args, 'security_groups').map(String),
    wantsNetwork: !asksForNone(requestedNetworks),
  };
}

/** `signal`: the operation's own while it builds; the service's when it cleans up behind a deletion. */
export function networkRequest(op: InstanceOperation, request: BuildRequest, signal: AbortSignal): NetworkRequest {
  return {
    ...networkSubject(op, signal),
    requested: request.requestedNetworks,
    securityGroups: request.securityGroups,
    providers: providerMapping(op.request.args),
    isRepeated: op.attempt > 1,
  };
}

/** Hints are lists in a request spec; a build given back by another host may come without one (_get_scheduler_hints). */
export function groupHint(args: Args, filterProperties: Readonly<Record<string, unknown>>): string | null {
  const ofSpec = optionalObjectArg(args, 'request_spec', 'RequestSpec')?.peek('scheduler_hints') ?? {};
  const hints = Object.keys(ofSpec).length > 0 ? ofSpec : dictArg(filterProperties, 'scheduler_hints');
  const group = hints['group'];
  const [first = null] = Array.isArray(group) ? (group as unknown[]) : [group];
  return typeof first === 'string' && first !== '' ? first : null;
}

/** nova-api turns `--nic none` into one request whose network id is the word `none`. */
function asksForNone(requested: NovaObject<'NetworkRequestList'> | null): boolean {
  return requested?.get('objects').some((one) => one.peek('network_id') === 'none') ?? false;
}
