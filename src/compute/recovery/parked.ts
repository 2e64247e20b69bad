import { messageOf, novaNameOf, ServiceError } from '../../errors/kinds.js';
import type { RequestContext } from '../../observe/context.js';
import { recordFault } from '../failures.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import { save, type InstanceOperation, type ManagerParts } from '../operation.js';

/** A request whose work was started again and again and never ended. */
export interface ParkedRequest {
  readonly method: string;
  readonly instanceUuid: string | undefined;
  readonly context: RequestContext;
  readonly uniqueId: string;
  readonly reason: string;
}

/**
 * Tells the server's owner: a fault, and no task left. A build ends in ERROR, since nobody goes on with it. Never
 * throws, the request stands in the parked folder for people to look at.
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
  const { method, instanceUuid, context, uniqueId, reason } = parked;
  const conductor = parts.conductorFor(context, { signal, timeoutMs: parts.settings.rpcResponseTimeoutMs });
  const instance = await conductor.instances.get(instanceUuid, NOVA_ATTRS);
  if (instance.get('host') !== parts.settings.host || instance.get('task_state') === 'deleting') return;
  const request = { method, args: {}, context, uniqueId, isCall: false, signal, begin: () => Promise.resolve(1) };
  const op: InstanceOperation = { parts, request, attempt: 1, conductor, signal, log: parts.log, instance };
  await recordFault(op, new ServiceError('Internal', `${method} was tried several times and did not end: ${reason}`));
  const isBuild = instance.get('vm_state') === 'building';
  await save(op, { task_state: null, ...(isBuild && { vm_state: 'error' }) });
}
