import { messageOf, ServiceError } from '../../errors/kinds.js';
import { booleanArg, optionalObjectArg, optionalStringArg, stringArg } from '../arguments.js';
import { isGone, isStateConflict } from '../failures.js';
import { startNew } from '../first-moments.js';
import { mainKey, powerOf } from '../guest.js';
import { networkSubject } from '../network-subject.js';
import { save, type Args, type InstanceOperation } from '../operation.js';
import { readInjectedFiles } from '../plan/contents.js';
import { wantsDrive } from '../plan/guest-plan.js';
import { POWER_STATE, type LocalImage, type PowerState } from '../ports/containers.js';
import type { ImageFacts } from '../ports/images.js';
import { remake, remakeSettings } from './remake.js';
import { saveMigration } from './resize/migration.js';
import { plug } from './wiring.js';

/** The task states of a rebuild, in the order in which it passes them. */
export const REBUILD_TASKS = ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'] as const;

/**
 * Makes a server anew of the same image or another (nova/compute/manager.py _do_rebuild_instance, release 26): its ports
 * stay, its disk is given up. Image and settings are there and checked before anything is taken away.
 */
export async function rebuild(op: InstanceOperation): Promise<void> {
  if (isEvacuation(op.request.args)) return refuseEvacuation(op);
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

/**
 * Gives back what Nova set aside for it here. The migration has to end as well: the server's own host would take one that
 * was begun for done, and remove the server when it is up again (nova/compute/manager.py _destroy_evacuated_instances,
 * release 26).
 */
async function refuseEvacuation(op: InstanceOperation): Promise<void> {
  const { parts, request, instance } = op;
  const migration = optionalObjectArg(request.args, 'migration', 'Migration');
  if (migration !== null) await saveMigration(op, migration, { status: 'failed' });
  if (instance.get('host') !== parts.settings.host) {
    await parts.allocations.removeFrom(instance.get('uuid'), parts.node.uuid());
  }
  throw new ServiceError('Unsupported', 'Servers of a host that is down are not brought here.', {
    nova: { name: 'InstanceEvacuateNotSupported', code: 400 },
  });
}

function refuseWhatCannotBe(op: InstanceOperation): void {
  if (booleanArg(op.request.args, 'preserve_ephemeral', false)) {
    throw new ServiceError('Unsupported', 'A container has no ephemeral disk that a rebuild could leave alone.', {
      nova: { name: 'PreserveEphemeralNotSupported', code: 400 },
    });
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
  await op.parts.containers.remove({ instanceUuid: op.instance.get('uuid'), role: 'rescue' });
  await op.parts.disks.conceal(op.instance.get('uuid'));
  await op.parts.containers.remove(mainKey(op));
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
