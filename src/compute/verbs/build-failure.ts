import { kindOf, messageOf, novaNameOf, ServiceError } from '../../errors/kinds.js';
import { faultDetails, faultMessage, isGone, recordFault } from '../failures.js';
import { insist } from '../insist.js';
import { save, type InstanceOperation } from '../operation.js';
import { dropGuest } from '../plan/guest-plan.js';
import { networkRequest, type BuildRequest } from './build-request.js';
import { releaseVolumes } from './volumes.js';

/**
 * Failures that no other host would mend: the request, the image or the user's networks are at fault
 * (the exception lists of nova/compute/manager.py _build_and_run_instance, release 26).
 */
const NOT_ELSEWHERE: ReadonlySet<string> = new Set([
  'BuildAbortException',
  'NoMoreFixedIps',
  'ExternalNetworkAttachForbidden',
  'VirtualInterfaceCreateException',
  'VirtualInterfaceMacAddressException',
  'FixedIpInvalidOnHost',
  'UnableToAutoAllocateNetwork',
  'NetworksWithQoSPolicyNotSupported',
  'PortLimitExceeded',
  'PortInUse',
  'PortNotUsable',
  'PortRequiresFixedIP',
  'FixedIpAlreadyInUse',
  'NetworkAmbiguous',
  'ImageNotActive',
  'ImageUnacceptable',
  'ImageNotFound',
]);

/** Chooses the end of a build that failed here. */
export async function endFailedBuild(op: InstanceOperation, request: BuildRequest, error: unknown): Promise<void> {
  if (isGone(error) || op.signal.aborted) {
    op.log.info('The build is given up', {
      reason: op.signal.aborted ? messageOf(op.signal.reason) : messageOf(error),
    });
    return releaseBuild(op, request);
  }
  if (!mayWorkElsewhere(error) || request.retry === undefined || request.alternateHosts.length === 0) {
    return abortBuild(op, request, error);
  }
  return giveBuildBack(op, request, error);
}

function mayWorkElsewhere(error: unknown): boolean {
  const kind = kindOf(error);
  if (kind === 'Invalid' || kind === 'Forbidden' || kind === 'Unsupported') return false;
  return !NOT_ELSEWHERE.has(novaNameOf(error) ?? '');
}

/**
 * Hands the build to the next host. The allocation goes before the cast: conductor claims on the next host with a
 * consumer that must hold nothing. The cast's id is made from the request's, so that a repetition is the same message.
 */
export async function giveBuildBack(op: InstanceOperation, request: BuildRequest, error: unknown): Promise<void> {
  op.log.warn('This host cannot build the server; another one is asked', { error });
  const removed = await removeGuest(op, request);
  op.instance.resetChanges();
  await save(op, { host: null, node: null, launched_on: null, availability_zone: null, task_state: 'scheduling' });
  await holdNothing(op);
  op.parts.node.usageChanged();
  const { args, uniqueId } = op.request;
  const retry = { ...request.retry, exc: [faultDetails(error)], exc_reason: faultMessage(error) };
  await op.conductor.tasks.buildInstances(
    {
      instances: [op.instance],
      image: request.image,
      filter_properties: { ...request.filterProperties, retry },
      admin_password: args['admin_password'] ?? null,
      injected_files: args['injected_files'] ?? [],
      requested_networks: request.requestedNetworks,
      security_groups: request.securityGroups,
      request_spec: args['request_spec'] ?? null,
      host_lists: [request.alternateHosts],
    },
    `${uniqueId}-rebuild`,
  );
  if (!removed) throw leftBehind(error);
}

/** Ends the server in ERROR with the reason as its fault. Throws, so that the action's event tells of it too. */
export async function abortBuild(op: InstanceOperation, request: BuildRequest, error: unknown): Promise<never> {
  const removed = await removeGuest(op, request);
  await releaseVolumes(op, request.devices);
  op.instance.resetChanges();
  await recordFault(op, error);
  await save(op, { host: null, node: null, vm_state: 'error', task_state: null });
  await holdNothing(op);
  op.parts.node.usageChanged();
  if (!removed) throw leftBehind(error);
  throw error instanceof Error ? error : new ServiceError('Internal', 'The build failed.', { cause: error });
}

/** The user is told by the fault; the request stays in the inbox until nothing is left here. */
function leftBehind(cause: unknown): ServiceError {
  return new ServiceError('Interrupted', `${messageOf(cause)} Something of the build stayed behind.`, { cause });
}

/** Nobody wants the server any more, or its failure is written already: give back what it holds here. */
export async function releaseBuild(op: InstanceOperation, request: BuildRequest): Promise<void> {
  const removed = await removeGuest(op, request);
  await releaseVolumes(op, request.devices);
  await holdNothing(op);
  op.parts.node.usageChanged();
  if (!removed) throw leftBehind(new ServiceError('Unavailable', 'The build was given up.'));
}

async function holdNothing(op: InstanceOperation): Promise<void> {
  await insist(op, 'Giving back what a build held', () => op.parts.allocations.remove(op.instance.get('uuid')));
}

/** The instance is somebody else's now: only what stands on this engine is ours to remove. */
export async function leaveBuild(op: InstanceOperation): Promise<void> {
  await op.parts.containers.remove({ instanceUuid: op.instance.get('uuid'), role: 'main' });
  await dropGuest(op);
  await op.parts.networks.unplug(op.instance.get('uuid'));
  op.parts.node.usageChanged();
}

/** Container and ports of the attempt; tried both even if one fails. False when something stayed behind. */
async function removeGuest(op: InstanceOperation, request: BuildRequest): Promise<boolean> {
  const ends = await Promise.allSettled([
    op.parts.containers.remove({ instanceUuid: op.instance.get('uuid'), role: 'main' }).then(() => dropGuest(op)),
    op.parts.networks.deallocate(networkRequest(op, request, op.request.signal)),
  ]);
  for (const end of ends) {
    if (end.status === 'rejected')
      op.log.error('Something of a failed build stayed behind', { error: end.reason as unknown });
  }
  return ends.every((end) => end.status === 'fulfilled');
}
