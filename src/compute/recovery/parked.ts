import { messageOf, novaNameOf, ServiceError } from '../../errors/kinds.js';
import type { Instance } from '../../objects/index.js';
import type { RequestContext } from '../../observe/context.js';
import { recordFault } from '../failures.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import { save, type Args, type InstanceOperation, type ManagerParts } from '../operation.js';
import { ROUTES } from '../routes/routes.js';
import type { Task } from '../states.js';
import { REBUILD_TASKS } from '../verbs/rebuild.js';
import { isWorkedOnHere } from './verb-resume.js';

/** A request whose work was started again and again and never ended. */
export interface ParkedRequest {
  readonly method: string;
  readonly instanceUuid: string | undefined;
  readonly args: Args;
  readonly context: RequestContext;
  readonly uniqueId: string;
  readonly reason: string;
}

/** In the middle of these a server is not what it was, nor what it was to be. */
const HALF_WAY: ReadonlySet<Task> = new Set<Task>([
  ...REBUILD_TASKS,
  ...(['resize_migrating', 'resize_migrated', 'resize_finish', 'resize_reverting'] as const),
]);

/**
 * Tells the server's owner: a fault, and no task left. One that was being built, or was half way to something else, ends in
 * ERROR, since nobody goes on with it, and so does its migration. Never throws, the request stands in the parked folder for
 * people to look at.
 */
export async function tellOfParked(parts: ManagerParts, parked: ParkedRequest, signal: AbortSignal): Promise<void> {
  const { method, instanceUuid, reason } = parked;
  parts.log.error('A request was started too often without an end; it is set aside', { method, instanceUuid, reason });
  if (instanceUuid === undefined) return;
  try {
    await giveUp(parts, { ...parked, instanceUuid }, signal);
  } catch (error) {
    if (novaNameOf(error) === 'InstanceNotFound') return;
    parts.log.error('The server of a request that was set aside could not be told', {
      instanceUuid,
      reason: messageOf(error),
    });
  }
}

async function giveUp(
  parts: ManagerParts,
  parked: ParkedRequest & { instanceUuid: string },
  signal: AbortSignal,
): Promise<void> {
  const { method, instanceUuid, args, context, uniqueId, reason } = parked;
  const conductor = parts.conductorFor(context, { signal, timeoutMs: parts.settings.rpcResponseTimeoutMs });
  const instance = await conductor.instances.get(instanceUuid, NOVA_ATTRS);
  const [task, vmState] = [instance.get('task_state') as Task, instance.get('vm_state')];
  if (!isOurs(parts, parked, instance) || task === 'deleting') return;
  const request = { method, args, context, uniqueId, isCall: false, signal, begin: () => Promise.resolve(1) };
  const op: InstanceOperation = { parts, request, attempt: 1, conductor, signal, log: parts.log, instance };
  await recordFault(op, new ServiceError('Internal', `${method} was tried several times and did not end: ${reason}`));
  const isHalf = vmState === 'building' || HALF_WAY.has(task);
  await save(op, { task_state: null, ...(isHalf && { vm_state: 'error' }) });
  if (!HALF_WAY.has(task) && task !== 'resize_prep' && task !== 'migrating') return;
  for (const migration of await conductor.migrations.underWay(instanceUuid)) {
    migration.set('status', 'error');
    await conductor.migrations.save(migration);
  }
}

/** What a server in a live migration is to go on by, one after the other. */
const CARRYING: ReadonlySet<string> = new Set([
  ...['live_migration', 'post_live_migration_at_destination', 'rollback_live_migration_at_source'],
]);

/** The server is here, or moves and this host has its part in that. */
function isOurs(parts: ManagerParts, { method, args }: ParkedRequest, instance: Instance): boolean {
  if (instance.get('task_state') === 'migrating') return CARRYING.has(method);
  const route = ROUTES[method];
  const rule = route?.on === 'instance' ? route.resume : undefined;
  const { host: ourHost } = parts.settings;
  if (rule === undefined || rule === 'own') return instance.get('host') === ourHost;
  return isWorkedOnHere(rule, instance, { ourHost, args });
}
