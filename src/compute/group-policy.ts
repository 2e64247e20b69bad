import { ServiceError } from '../errors/kinds.js';
import type { InstanceOperation } from './operation.js';
import type { ServerGroup } from './ports/conductor.js';

/**
 * Looks once more whether a server may be on this host by its group's policy: schedulers that choose at the same time
 * do not see each other's choices (nova/compute/manager.py _validate_instance_group_policy, release 26). Look and claim
 * belong into one turn of the group (`inGroupsTurn`), so that of two who come at once the later one sees the other.
 *
 * `hint`: the group of the scheduler's hints; null: there is none; undefined: no hints came, the group is looked up.
 *
 * @throws {ServiceError} Conflict (GroupAffinityViolation): another host may do
 */
export async function checkGroupPolicy(op: InstanceOperation, hint: string | null | undefined): Promise<void> {
  const { conductor, parts, instance } = op;
  if (!parts.settings.checksGroupPolicy || hint === null) return;
  const find = (): Promise<ServerGroup | undefined> =>
    hint === undefined ? conductor.groups.ofInstance(instance.get('uuid')) : conductor.groups.ofHint(hint);
  const group = await find();
  if (group?.policy === 'affinity') return checkAffinity(op, group);
  if (group?.policy !== 'anti-affinity') return;
  // Members come to a group with their builds: those of the time before the line may not be all.
  await parts.locks.run(group.uuid, async () => checkAntiAffinity(op, (await find()) ?? group));
}

/**
 * INVARIANTS: of a group's members that come to this host at the same time, however they come (built, moved, evacuated),
 * one has claimed and looked before the next one does either, so the first of them stays; if all claimed before they look,
 * each would give way to the others, and those that meet again on their next host would end there. `hint` as above.
 * Another lock than the check's own, which is taken inside.
 */
export async function inGroupsTurn<T>(op: InstanceOperation, hint: string | null, work: () => Promise<T>): Promise<T> {
  const { locks, settings } = op.parts;
  return hint === null || !settings.checksGroupPolicy ? work() : locks.run(`claims of group ${hint}`, work);
}

/** Policies named soft-... are wishes to the scheduler. */
async function checkAffinity({ conductor, parts, instance }: InstanceOperation, group: ServerGroup): Promise<void> {
  const hosts = await conductor.groups.hostsOf(group, instance.get('uuid'));
  if (hosts.length > 0 && !hosts.includes(parts.settings.host)) throw violated('Affinity');
}

async function checkAntiAffinity({ conductor, parts, instance }: InstanceOperation, group: ServerGroup): Promise<void> {
  const { host, node } = parts.settings;
  const [here, coming] = await Promise.all([
    conductor.instances.uuidsOnHost(host),
    conductor.groups.movingTo(host, node),
  ]);
  const others = new Set([...here, ...coming].filter((uuid) => uuid !== instance.get('uuid')));
  const members = group.members.filter((uuid) => others.has(uuid));
  if (members.length >= group.maxServersPerHost) throw violated('Anti-affinity');
}

function violated(policy: string): ServiceError {
  return new ServiceError('Conflict', `${policy} instance group policy was violated`, {
    nova: { name: 'GroupAffinityViolation', kwargs: { policy } },
  });
}
