import { setImmediate as nextTurn } from 'node:timers/promises';
import { kindOf, messageOf, ServiceError } from '../errors/kinds.js';
import { withLogFields } from '../observe/context.js';
import type { LogFacts } from '../observe/logger.js';
import { objectArg } from './arguments.js';
import { faultDetails, faultMessage, isGone, isStateConflict, recordFault } from './failures.js';
import { save, type Afterwards, type ComputeRequest, type InstanceOperation, type ManagerParts } from './operation.js';
import { resumeVerb } from './recovery/verb-resume.js';
import type { InstanceRoute } from './routes/route.js';

/**
 * What stands around every verb on an instance: its turn among the instance's requests, action event, notifications,
 * and on failure fault, revert of task_state and the error's notification (the decorators of nova/compute/manager.py,
 * release 26).
 *
 * INVARIANTS: one verb at a time for an instance; an unfinished event means that the work may be unfinished, so it is
 * finished after everything else is written, but for a failed one's task: that goes last, as with upstream's decorators,
 * and is taken back at the next start if need be; when the service itself is stopping nothing is written and
 * the request stays in the inbox. So it does while there is something to do afterwards: without the instance's turn, since
 * whoever is waited for may be away for long.
 */
export async function runOnInstance(
  parts: ManagerParts,
  route: InstanceRoute,
  request: ComputeRequest,
): Promise<unknown> {
  const uuid = objectArg(request.args, 'instance', 'Instance').get('uuid');
  const afterwards: Afterwards = [];
  const run = (): Promise<unknown> =>
    parts.running.run(uuid, request.signal, (signal) => inTurn(parts, route, request, { signal, afterwards }));
  return withLogFields({ instanceUuid: uuid }, async () => {
    if (route.supersedes) parts.running.abort(uuid, superseded());
    try {
      return await (route.locked ? parts.locks.run(uuid, run) : run());
    } finally {
      await endAll(request, afterwards);
    }
  });
}

/** Throws when the service has to stop first: the request stays then, whatever has become of it. */
async function endAll(request: ComputeRequest, afterwards: Afterwards): Promise<void> {
  try {
    if (!request.signal.aborted) await Promise.all(afterwards.map((work) => work()));
  } catch (error) {
    throw interrupted(error);
  }
}

/** What one turn of an instance has, besides what all have. */
interface Turn {
  /** Aborts also when a deletion makes this work pointless. */
  readonly signal: AbortSignal;
  readonly afterwards: Afterwards;
}

async function inTurn(
  parts: ManagerParts,
  route: InstanceRoute,
  request: ComputeRequest,
  turn: Turn,
): Promise<unknown> {
  const work = (): Promise<unknown> => begin(parts, route, request, turn);
  try {
    return await (route.limit === undefined ? work() : parts.limits[route.limit].run(turn.signal, work));
  } catch (error) {
    throw request.signal.aborted ? interrupted(error) : error;
  }
}

async function begin(
  parts: ManagerParts,
  route: InstanceRoute,
  request: ComputeRequest,
  { signal, afterwards }: Turn,
): Promise<unknown> {
  if (request.signal.aborted) throw interrupted(request.signal.reason);
  const attempt = await request.begin();
  const instance = objectArg(request.args, 'instance', 'Instance');
  const patience = request.isCall
    ? { signal, timeoutMs: parts.settings.rpcResponseTimeoutMs }
    : { signal: request.signal };
  const conductor = parts.conductorFor(request.context, patience);
  const first: InstanceOperation = { parts, request, attempt, conductor, signal, log: parts.log, instance, afterwards };
  const op = attempt > 1 ? await resumeVerb(first, route) : first;
  return op === undefined ? null : told(op, () => underEvent(op, route));
}

/** One line for each end, with the instance's uuid. The error itself is told by who stops it: the caller, or oslo/. */
async function told(op: InstanceOperation, work: () => Promise<unknown>): Promise<unknown> {
  const { request, parts, attempt } = op;
  const startedAt = parts.now().getTime();
  const facts = (): LogFacts => ({
    tookMs: parts.now().getTime() - startedAt,
    ...(attempt > 1 && { attempt }),
  });
  try {
    const result = await work();
    op.log.info(`${request.method} is done`, facts());
    return result;
  } catch (error) {
    op.log.info(`${request.method} was refused or failed: ${messageOf(error)}`, facts());
    throw error;
  }
}

async function underEvent(op: InstanceOperation, route: InstanceRoute): Promise<unknown> {
  // The event's start needs no answer before the work begins; its finish waits for it.
  const started = route.asksFirst ? nextTurn().then(() => startEvent(op, route)) : startEvent(op, route);
  started.catch(() => undefined); // told where it is waited for
  try {
    const result = await notified(op, route);
    await started;
    await finishEvent(op, route);
    return result;
  } catch (error) {
    await started.catch(() => undefined);
    throw await recordFailure(op, route, error);
  }
}

async function notified(op: InstanceOperation, route: InstanceRoute): Promise<unknown> {
  if (route.notify === undefined) return route.run(op);
  const { notifications } = op.parts;
  const about = { context: op.request.context, instance: op.instance, action: route.notify };
  await notifications.instance({ ...about, phase: 'start' });
  const result = await route.run(op);
  await notifications.instance({ ...about, phase: 'end' });
  return result;
}

/** A repeated request has most likely started its event before: then it is that one which is to be finished. */
async function startEvent(op: InstanceOperation, route: InstanceRoute): Promise<void> {
  if (route.event === null) return;
  const uuid = op.instance.get('uuid');
  if (op.attempt > 1 && (await op.conductor.events.isFinished(uuid, route.event)) !== undefined) return;
  await op.conductor.events.start(uuid, route.event);
}

async function finishEvent(op: InstanceOperation, route: InstanceRoute, error?: unknown): Promise<void> {
  if (route.event === null) return;
  const failure = error === undefined ? undefined : { message: faultMessage(error), traceback: faultDetails(error) };
  await op.conductor.events.finish(op.instance.get('uuid'), route.event, failure);
}

/** Writes the failure where people look for it and gives the error to throw on. */
async function recordFailure(op: InstanceOperation, route: InstanceRoute, error: unknown): Promise<unknown> {
  if (op.request.signal.aborted) return interrupted(error);
  try {
    if (op.signal.aborted) {
      await finishEvent(op, route, op.signal.reason);
      return op.signal.reason;
    }
    if (route.recordsFault) await recordFault(op, error);
    await finishEvent(op, route, error);
    if (route.revertsTask && !isStateConflict(error)) await revertTask(op);
    await op.parts.notifications.exception(op.request.context, op.request.method, error, op.request.args);
  } catch (secondError) {
    if (op.request.signal.aborted) return interrupted(secondError);
    op.log.error('The failure of a request could not be written down', { error: secondError });
  }
  return error;
}

/** The reason of work that a deletion ends: nobody is left to tell, and the instance's states are the deletion's now. */
function superseded(): ServiceError {
  return new ServiceError('Conflict', 'The server is being deleted.', {
    nova: { name: 'InstanceNotFound', code: 404 },
  });
}

/** Writes null and nothing else: what the verb had meant to write is not true. */
async function revertTask(op: InstanceOperation): Promise<void> {
  op.instance.resetChanges();
  try {
    await save(op, { task_state: null });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function interrupted(cause: unknown): ServiceError {
  if (cause instanceof ServiceError && kindOf(cause) === 'Interrupted') return cause;
  return new ServiceError('Interrupted', 'The service is stopping; the request is taken up again at the next start.', {
    cause,
  });
}
