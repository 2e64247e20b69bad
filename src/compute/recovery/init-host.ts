import { messageOf, ServiceError } from '../../errors/kinds.js';
import type { RequestContext } from '../../observe/context.js';
import type { Instance } from '../../objects/index.js';
import { recordFault } from '../failures.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import type { ComputeHandler } from '../manager.js';
import { dropGuest } from '../plan/guest-plan.js';
import { save, type ManagerParts } from '../operation.js';
import { ownOperation, ownRequest } from '../own-work.js';
import { POWER_STATE, type PowerState } from '../ports/containers.js';
import type { Task, VmState } from '../states.js';
import { removeEvacuated } from './evacuated.js';
import { decideInit, type InitAction } from './init-decision.js';

export interface InitParts {
  readonly parts: ManagerParts;
  readonly handlers: ReadonlyMap<string, ComputeHandler>;
  /** The service's own context: no user, administrator. */
  readonly context: RequestContext;
  /** Instances that have a request in the inbox: it is resumed, so nothing is decided about them here. */
  readonly resumed: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

type Verb = { readonly method: string; readonly args?: Readonly<Record<string, unknown>> };

/** The verb that ends what was under way. */
const VERBS: Partial<Record<InitAction, Verb>> = {
  delete: { method: 'terminate_instance' },
  stop: { method: 'stop_instance', args: { clean_shutdown: true } },
  start: { method: 'start_instance' },
  unpause: { method: 'unpause_instance' },
  'reboot-soft': { method: 'reboot_instance', args: { reboot_type: 'SOFT' } },
  'reboot-hard': { method: 'reboot_instance', args: { reboot_type: 'HARD' } },
};

/**
 * Brings what stands on the host and what Nova thinks together before requests are taken
 * (nova/compute/manager.py init_host, release 26). One instance's failure stops none of the others.
 */
export async function initHost(init: InitParts): Promise<void> {
  const { parts, context, signal } = init;
  const conductor = parts.conductorFor(context, { signal });
  const evacuated = await removeEvacuated(init);
  const [instances, states] = await Promise.all([
    conductor.instances.onHost(parts.settings.host, NOVA_ATTRS),
    parts.containers.states(),
  ]);
  const power = new Map(
    states.filter((one) => one.key.role === 'main').map((one) => [one.key.instanceUuid, one.powerState]),
  );
  for (const instance of instances) {
    const uuid = instance.get('uuid');
    if (init.resumed.has(uuid) || evacuated.has(uuid)) continue;
    await initInstance(init, instance, power.get(uuid) ?? POWER_STATE.NOSTATE);
  }
  const present = [...instances.map((one) => one.get('uuid')), ...states.map((one) => one.key.instanceUuid)];
  await forgetOthers(parts, new Set([...present, ...init.resumed]));
  await sweepDisks(init);
  if (instances.length > 0) await conductor.scheduler.sync(instances.map((one) => one.get('uuid')));
}

/** What a kill between the end of an instance and that of its things left behind. */
async function forgetOthers({ cpus, folders }: ManagerParts, present: ReadonlySet<string>): Promise<void> {
  await cpus.keepOnly(present);
  await folders.keepOnly(present);
}

/** What was taken of disks is kept only for requests that are resumed. */
async function sweepDisks({ parts, resumed }: InitParts): Promise<void> {
  try {
    await parts.disks.sweep(({ instanceUuid }) => resumed.has(instanceUuid));
  } catch (error) {
    parts.log.warn('What was left of disks could not be removed; the next start tries again', {
      reason: messageOf(error),
    });
  }
}

/** A live migration with which another host goes on: it says how it ended. */
async function isHandedOn({ parts, context, signal }: InitParts, instance: Instance): Promise<boolean> {
  if (instance.get('task_state') !== 'migrating') return false;
  const { migrations } = parts.conductorFor(context, { signal });
  return (await migrations.underWay(instance.get('uuid'))).some((one) => one.get('status') === 'post-migrating');
}

async function initInstance(init: InitParts, instance: Instance, power: PowerState): Promise<void> {
  const facts = { vmState: instance.get('vm_state') as VmState, task: instance.get('task_state') as Task, power };
  const action = decideInit(facts);
  if (action === 'leave' || (await isHandedOn(init, instance))) return;
  init.parts.log.info('Instance was left in the middle of something', {
    instanceUuid: instance.get('uuid'),
    ...facts,
    action,
  });
  try {
    await act(init, instance, action);
  } catch (error) {
    const reason = messageOf(error);
    init.parts.log.error('Instance could not be brought in order', {
      instanceUuid: instance.get('uuid'),
      action,
      reason,
    });
  }
}

async function act(init: InitParts, instance: Instance, action: InitAction): Promise<void> {
  const verb = VERBS[action];
  if (verb !== undefined) {
    await init.handlers.get(verb.method)?.(ownRequest(init, verb.method, instance, verb.args));
    return;
  }
  const op = ownOperation(init, 'init_host', instance);
  if (action === 'clear-task') return save(op, { task_state: null });
  if (action === 'settle-active') return save(op, { vm_state: 'active', task_state: null });
  // A server that never ran leaves nothing behind; one that is rebuilt keeps what it has.
  if (instance.get('vm_state') === 'building') {
    await op.parts.containers.remove({ instanceUuid: instance.get('uuid'), role: 'main' });
    await dropGuest(op);
  }
  await recordFault(op, new ServiceError('Internal', 'The service was restarted while the server was built.'));
  await save(op, { vm_state: 'error', task_state: null });
}
