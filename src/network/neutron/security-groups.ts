import type { Neutron, NeutronCall, SecurityGroup } from '../../openstack/neutron.js';
import { refusal } from './refusals.js';

/**
 * Ids of the security groups for new ports; none when only `default` is asked for, which Neutron gives by itself.
 * Throws SecurityGroupNotFound, NoUniqueMatch.
 */
export async function securityGroupIds(
  neutron: Neutron,
  wanted: readonly string[],
  projectId: string,
  call: NeutronCall,
): Promise<readonly string[]> {
  if (wanted.length === 0 || (wanted.length === 1 && wanted[0] === 'default')) return [];
  const groups = await neutron.securityGroups(projectId, call);
  return wanted.map((nameOrId) => pick(groups, nameOrId));
}

/** A name goes before an id, should a group be called like another's id (as nova/network/neutron.py has it). */
function pick(groups: readonly SecurityGroup[], nameOrId: string): string {
  const named = groups.filter(({ name }) => name === nameOrId);
  if (named.length > 1) throw refusal('NoUniqueMatch', { name: nameOrId });
  const found = named[0] ?? groups.find(({ id }) => id === nameOrId);
  if (found === undefined) throw refusal('SecurityGroupNotFound', { security_group_id: nameOrId });
  return found.id;
}
