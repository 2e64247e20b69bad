import type { ProviderMapping } from '../../compute/ports/networks.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import type { Json } from '../../openstack/shape.js';
import { refusal } from '../neutron/refusals.js';

const KEY = 'allocation';

/**
 * A port's `binding:profile` with the providers that give it what it asks for: one uuid, or one for each of its groups
 * (nova/network/neutron.py _get_binding_profile_allocation, release 26). Everything else in it is kept. Throws
 * PortUpdateFailed when the scheduler named no provider.
 */
export function profileWith(port: NeutronPort, providers: ProviderMapping): Json {
  const { resourceRequest: request, profile } = port;
  if (request === null) return profile;
  const named = request.groups.map(({ id }): [string, string] => {
    const provider = providers.get(id)?.[0];
    if (provider === undefined) throw refusal('PortUpdateFailed', { port_id: port.id, reason: NO_PROVIDERS });
    return [id, provider];
  });
  return { ...profile, [KEY]: request.hasGroups ? Object.fromEntries(named) : named[0]?.[1] };
}

/** A port that holds nothing may stay, but must not name providers of another host. */
export function profileWithHeld(port: NeutronPort, providers: ProviderMapping): Json {
  const isWhole = port.resourceRequest?.groups.every(({ id }) => providers.has(id)) ?? true;
  if (isWhole) return profileWith(port, providers);
  const { [KEY]: _gone, ...kept } = port.profile;
  return kept;
}

const NO_PROVIDERS =
  'Provider mappings are not available to the compute service but are required for ports with a resource request.';
