import { kindOf, messageOf, ServiceError } from '../../errors/kinds.js';
import { isGone, isStateConflict } from '../failures.js';
import { checkGroupPolicy, inGroupsTurn } from '../group-policy.js';
import { optionalStringArg } from '../arguments.js';
import { instanceFacts } from '../instance-facts.js';
import { save, type InstanceOperation } from '../operation.js';
import { readInjectedFiles } from '../plan/contents.js';
import { ephemeralDisks } from '../plan/ephemeral.js';
import { wantsDrive } from '../plan/guest-plan.js';
import { instanceSettings } from '../plan/instance-settings.js';
import { POWER_STATE } from '../ports/containers.js';
import { resumeBuild } from '../recovery/build-resume.js';
import { BUILD_TASKS, type Task } from '../states.js';
import { abortBuild, endFailedBuild, giveBuildBack, leaveBuild, releaseBuild } from './build-failure.js';
import { bringUp } from './build-guest.js';
import { accessAddresses } from './build-ports.js';
import { readBuildRequest, type BuildRequest } from './build-request.js';
import { refuseVolumes } from './volumes.js';

/**
 * Boots a server (nova/compute/manager.py _do_build_and_run_instance, release 26): claim the instance for this host,
 * bring image and ports, make and start the container, say ACTIVE. What fails is either given back to conductor for
 * the next host or ends the server in ERROR; in both cases nothing of it stays here.
 */
export async function build(op: InstanceOperation): Promise<void> {
  const request = readBuildRequest(op.request.args);
  const step = op.attempt > 1 ? await resumeBuild(op) : 'go-on';
  switch (step) {
    case 'go-on':
      return buildHere(op, request);
    case 'give-back':
      return giveBuildBack(op, request, new ServiceError('Unavailable', 'Interrupted while the build was given back.'));
    case 'abort':
      return abortBuild(
        op,
        request,
        new ServiceError('Internal', 'The build failed and was interrupted while it did.'),
      );
    case 'release':
      return releaseBuild(op, request);
    case 'leave':
      return leaveBuild(op);
    case 'finished':
      return;
  }
}

async function buildHere(op: InstanceOperation, request: BuildRequest): Promise<void> {
  const claimed = await claimInTurn(op, request);
  if (claimed === false) return;
  try {
    await notifyCreate(op, request, 'start');
    if (claimed.refused !== undefined) throw claimed.refused.error;
    await spawn(op, request);
  } catch (error) {
    if (kindOf(error) === 'Interrupted' || op.request.signal.aborted) throw error;
    await notifyCreate(op, request, 'error', error);
    op.parts.node.buildEnded(false);
    return endFailedBuild(op, request, error);
  }
  op.parts.node.buildEnded(true);
  await Promise.all([op.conductor.scheduler.instanceChanged(op.instance), notifyCreate(op, request, 'end')]);
}

/** The claim, and whether the server's group refuses this host. False: the server is not ours to build. */
async function claimInTurn(
  op: InstanceOperation,
  request: BuildRequest,
): Promise<false | { readonly refused?: { readonly error: unknown } }> {
  return inGroupsTurn(op, request.groupHint, async () => {
    if (!(await claim(op, request))) return false;
    try {
      await checkGroupPolicy(op, request.groupHint);
      return {};
    } catch (error) {
      return { refused: { error } };
    }
  });
}

/**
 * From here on the row says that the instance is ours, so that its external events find this host. False when the row
 * is not that of a server waiting to be built here: it was deleted, or this message is a late double. Then nothing of
 * it may be touched, since what stands under its name may be a server in use.
 */
async function claim(op: InstanceOperation, request: BuildRequest): Promise<boolean> {
  const { host, node } = op.parts.settings;
  const systemMetadata = { ...op.instance.get('system_metadata'), boot_roles: op.request.context.roles.join(',') };
  const task: Task = request.wantsNetwork ? 'networking' : 'spawning';
  const row = {
    vm_state: 'building',
    task_state: task,
    host,
    node,
    launched_on: host,
    system_metadata: systemMetadata,
  };
  // A first run finds the task as the scheduler left it, a repeated one where the work got to.
  const expectedTask = op.attempt > 1 ? BUILD_TASKS : (['scheduling', null] as const);
  try {
    await save(op, row, expectedTask, ['building']);
  } catch (error) {
    if (!isGone(error) && !isStateConflict(error)) throw error;
    op.log.info('The server is not waiting to be built here any more', { reason: messageOf(error) });
    if (isGone(error)) await releaseBuild(op, request);
    return false;
  }
  op.parts.node.usageChanged();
  return true;
}

async function spawn(op: InstanceOperation, request: BuildRequest): Promise<void> {
  const { policy, now } = op.parts;
  refuseVolumes(request.devices);
  const instance = instanceFacts(op.instance, op.parts.settings, request.image);
  const { values: settings } = instanceSettings(instance, policy);
  const injectedFiles = readInjectedFiles(op.request.args);
  const adminPassword = optionalStringArg(op.request.args, 'admin_password');
  const disks = ephemeralDisks(op.instance.get('flavor'), request.devices);
  const wish = { instance, settings, injectedFiles, adminPassword, ephemeralDisks: disks };
  const { vifs, state } = await bringUp(op, request, wish);
  const powerState = state?.powerState ?? POWER_STATE.NOSTATE;
  const drive = wantsDrive(op) ? { config_drive: 'True' } : {};
  const addresses = accessAddresses(op, vifs);
  const row = {
    vm_state: 'active',
    task_state: null,
    power_state: powerState,
    launched_at: now(),
    ...drive,
    ...addresses,
  };
  await save(op, row, ['spawning']);
}

async function notifyCreate(
  op: InstanceOperation,
  request: BuildRequest,
  phase: 'start' | 'end' | 'error',
  error?: unknown,
): Promise<void> {
  const extra = phase === 'start' ? { image_name: request.imageName } : phase === 'end' ? { message: 'Success' } : {};
  const about = { context: op.request.context, instance: op.instance, action: 'create', phase, extra } as const;
  await op.parts.notifications.instance(error === undefined ? about : { ...about, error });
}
