import { messageOf, ServiceError } from '../../errors/kinds.js';
import { booleanArg, optionalStringArg, stringArg } from '../arguments.js';
import { isGone, isStateConflict } from '../failures.js';
import { startNew } from '../first-moments.js';
import { endRescue, powerOf, removeOwn } from '../guest.js';
import { networkSubject } from '../network-subject.js';
import { save, type Args, type InstanceOperation } from '../operation.js';
import { readInjectedFiles } from '../plan/contents.js';
import { wantsDrive } from '../plan/guest-plan.js';
import { POWER_STATE, type LocalImage, type PowerState } from '../ports/containers.js';
import type { ImageFacts } from '../ports/images.js';
import { remake, remakeSettings } from './remake.js';
import { plug } from './wiring.js';

/** The task states of a rebuild, in the order in which it passes them. */
export const REBUILD_TASKS = ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'] as const;

/**
 * Makes a server anew of the same image or another (nova/compute/manager.py _do_rebuild_instance, release 26): its ports
 * stay, its disk is given up. Image and settings are there and checked before anything is taken away.
 */
export async function rebuild(op: InstanceOperation): Promise<void> {
  if (op.attempt > 1 && (await isLeaving(op))) return;
  try {
    await rebuildHere(op);
  } catch (error) {
    if (op.signal.aborted || isStateConflict(error)) throw error;
    if (isGone(error)) {
      op.log.info('The server was deleted while it was rebuilt', { reason: messageOf(error) });
      return;
    }
    op.instance.resetChanges();
    await save(op, { vm_state: 'error' });
    throw error;
  }
}

async function rebuildHere(op: InstanceOperation): Promise<void> {
  const { args, context } = op.request;
  refuseWhatCannotBe(op);
  const injectedFiles = readInjectedFiles(args);
  const wasStopped = op.instance.get('vm_state') === 'stopped';
  if (op.attempt === 1) await save(op, { task_state: 'rebuilding', power_state: await powerOf(op) }, ['rebuilding']);
  const image = await op.parts.library.show(stringArg(args, 'image_ref'), context);
  const settings = remakeSettings(op, image.properties);
  const local = await op.parts.images.ensure(image, context, op.signal);
  await giveUp(op);
  await makeAnew(op, { image, local, injectedFiles });
  const powerState = wasStopped ? POWER_STATE.SHUTDOWN : await started(op, settings);
  const drive = wantsDrive(op) ? { config_drive: 'True' } : {};
  const row = {
    ...{ vm_state: wasStopped ? 'stopped' : 'active', task_state: null, power_state: powerState, progress: 0 },
    ...{ launched_at: op.parts.now(), ...drive },
  };
  await save(op, row, ['rebuild_spawning']);
  await op.conductor.scheduler.instanceChanged(op.instance);
}

/** It is to be made here, of a host that is down. */
export function isEvacuation(args: Args): boolean {
  return booleanArg(args, 'recreate', false);
}

/** Its administrator had it evacuated while this host was down in the middle of the rebuild: the task is not this one's. */
async function isLeaving(op: InstanceOperation): Promise<boolean> {
  const row = await op.conductor.instances.get(op.instance.get('uuid'), ['migration_context']);
  return (row.peek('migration_context') ?? null) !== null;
}

function refuseWhatCannotBe(op: InstanceOperation): void {
  if (booleanArg(op.request.args, 'preserve_ephemeral', false)) {
    throw new ServiceError(
      'Unsupported',
      'Ephemeral disks go with the container, and a rebuild makes a new one. Rebuild without preserve_ephemeral.',
      {
        nova: { name: 'PreserveEphemeralNotSupported', code: 400 },
      },
    );
  }
}

/**
 * Ends the old container. The row's task tells a repeated request whose container stands under the name: up to
 * rebuild_block_device_mapping the old one or none, from rebuild_spawning on the new one or none.
 */
async function giveUp(op: InstanceOperation): Promise<void> {
  const [rebuilding, removing, spawning] = REBUILD_TASKS;
  if (op.instance.get('task_state') === spawning) return;
  await save(op, { task_state: removing }, [rebuilding, removing]);
  await op.parts.consoles.endSessions(op.instance.get('uuid'));
  await endRescue(op);
  await removeOwn(op);
  await save(op, { task_state: spawning }, [removing]);
}

interface Anew {
  readonly image: ImageFacts;
  readonly local: LocalImage;
  readonly injectedFiles: ReturnType<typeof readInjectedFiles>;
}

/** The ports stay plugged while there is no container, so there is nothing to wait for. */
async function makeAnew(op: InstanceOperation, { image, local, injectedFiles }: Anew): Promise<void> {
  const { vifs, wait } = await plug(op, await op.parts.networks.recorded(networkSubject(op)), []);
  wait.cancel();
  const adminPassword = optionalStringArg(op.request.args, 'new_pass');
  await remake(op, { image: local, properties: image.properties, vifs, injectedFiles, adminPassword });
}

async function started(op: InstanceOperation, settings: Parameters<typeof startNew>[1]): Promise<PowerState> {
  return (await startNew(op, settings))?.powerState ?? POWER_STATE.NOSTATE;
}
