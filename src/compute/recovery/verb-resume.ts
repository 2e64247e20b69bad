import { novaNameOf } from '../../errors/kinds.js';
import type { Instance } from '../../objects/index.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import { isGone, isStateConflict } from '../failures.js';
import { save, type Args, type InstanceOperation } from '../operation.js';
import type { InstanceRoute, ResumeRule } from '../routes/route.js';
import type { Task, VmState } from '../states.js';

/** What to do with a request whose work was started before and did not end. */
export type Resume =
  | 'go-on'
  /** Only the end of its event is missing. */
  | 'finish'
  /** It has failed, and its task is to be taken back still. */
  | 'take-back'
  /** Nothing is left to do, or it is somebody else's; what it left open is closed. */
  | 'drop';

export interface ResumeFacts {
  /** Undefined: the row is gone. */
  readonly instance: { readonly host: string | null; readonly vmState: VmState; readonly task: Task } | undefined;
  readonly ourHost: string;
  /** What is asked for. */
  readonly args?: Args;
  /** Undefined: the event was never started. */
  readonly eventFinished: boolean | undefined;
  /** It was finished with an error. */
  readonly hasFailed?: boolean;
}

/** The decision as a pure table; touches nothing when the work is not ours or not wanted any more. */
export function decideResume(rule: ResumeRule, facts: ResumeFacts): Resume {
  if (facts.eventFinished === true) return leftItsTask(rule, facts) ? 'take-back' : 'drop';
  if (facts.instance === undefined) {
    return facts.eventFinished === false && rule.done.includes('deleted') ? 'finish' : 'drop';
  }
  if (!isHere(rule, facts.instance.host, facts)) return 'drop';
  if (rule.tasks.includes(facts.instance.task)) return 'go-on';
  return isOver(rule, facts.instance) ? 'finish' : 'drop';
}

/** A failure takes its task back when it is told. A success may leave one, for who goes on with it. */
function leftItsTask(rule: ResumeRule, facts: ResumeFacts): boolean {
  const { instance, hasFailed = false } = facts;
  if (!hasFailed || instance === undefined || instance.task === null) return false;
  return isHere(rule, instance.host, facts) && rule.tasks.includes(instance.task);
}

/**
 * Somebody else goes on with it; or nothing is under way and the state is the one that we leave: killed between the last
 * save and the event's end.
 */
function isOver(rule: ResumeRule, { task, vmState }: NonNullable<ResumeFacts['instance']>): boolean {
  return rule.handedOn?.includes(task) === true || (task === null && rule.done.includes(vmState));
}

/** Whether the instance is on this host, or is in a task of the verb's in which this host may have its part. */
export function isWorkedOnHere(
  rule: ResumeRule,
  instance: Instance,
  where: Pick<ResumeFacts, 'ourHost' | 'args'>,
): boolean {
  const host = instance.get('host');
  if (host === where.ourHost) return true;
  return isHere(rule, host, where) && rule.tasks.includes(instance.get('task_state') as Task);
}

function isHere(
  rule: ResumeRule,
  host: string | null,
  { ourHost, args = {} }: Pick<ResumeFacts, 'ourHost' | 'args'>,
): boolean {
  const { mayBeElsewhere = false, mayBeNowhere = false } = rule;
  const elsewhere = typeof mayBeElsewhere === 'function' ? mayBeElsewhere(args) : mayBeElsewhere;
  return host === ourHost || elsewhere || (host === null && mayBeNowhere);
}

/** The operation on the instance as it is now, or undefined when nothing is left to do; then touches nothing. */
export async function resumeVerb(op: InstanceOperation, route: InstanceRoute): Promise<InstanceOperation | undefined> {
  if (route.resume === undefined || route.resume === 'own') return op;
  const [instance, event] = await Promise.all([currentInstance(op), eventOf(op, route.event)]);
  const { ourHost, args } = { ourHost: op.parts.settings.host, args: op.request.args };
  const decision = decideResume(route.resume, { instance: factsOf(instance), ourHost, args, ...event });
  op.log.info(`${op.request.method} was started before and did not end: ${decision}`, { attempt: op.attempt });
  if (decision === 'go-on') return instance && { ...op, instance };
  await route.dropped?.(op);
  if (decision === 'take-back' && instance !== undefined) await takeBack({ ...op, instance }, route, route.resume);
  if (event.eventFinished === false) await endEvent(op, route, decision);
  return undefined;
}

async function eventOf(
  { conductor: { events }, instance }: InstanceOperation,
  event: string | null,
): Promise<Pick<ResumeFacts, 'eventFinished' | 'hasFailed'>> {
  const uuid = instance.get('uuid');
  const eventFinished = event === null ? undefined : await events.isFinished(uuid, event);
  if (event === null || eventFinished !== true) return { eventFinished };
  return { eventFinished, hasFailed: await events.hasFailed(uuid, event) };
}

/** What a failure does last. Somebody else's task stays. */
async function takeBack(op: InstanceOperation, route: InstanceRoute, { tasks }: ResumeRule): Promise<void> {
  if (!route.revertsTask) return;
  try {
    await save(op, { task_state: null }, tasks);
  } catch (error) {
    if (!isStateConflict(error) && !isGone(error)) throw error;
  }
}

/** Nobody would come to end it any more. */
async function endEvent(op: InstanceOperation, { event }: InstanceRoute, decision: Resume): Promise<void> {
  const uuid = op.instance.get('uuid');
  if (event === null) return;
  if (decision === 'finish') return op.conductor.events.finish(uuid, event);
  const message = 'The service was restarted in the middle of it, and it is not wanted any more.';
  await op.conductor.events.finish(uuid, event, { message, traceback: message });
}

/** The row as it is now; undefined when it is gone. */
export async function currentInstance(op: InstanceOperation): Promise<Instance | undefined> {
  try {
    return await op.conductor.instances.get(op.instance.get('uuid'), NOVA_ATTRS);
  } catch (error) {
    if (novaNameOf(error) === 'InstanceNotFound') return undefined;
    throw error;
  }
}

function factsOf(instance: Instance | undefined): ResumeFacts['instance'] {
  if (instance === undefined) return undefined;
  return {
    host: instance.get('host'),
    vmState: instance.get('vm_state') as VmState,
    task: instance.get('task_state') as Task,
  };
}
