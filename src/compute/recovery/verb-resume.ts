import { novaNameOf } from '../../errors/kinds.js';
import type { Instance } from '../../objects/index.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import type { Args, InstanceOperation } from '../operation.js';
import type { InstanceRoute, ResumeRule } from '../routes/route.js';
import type { Task, VmState } from '../states.js';

/** What to do with a request whose work was started before and did not end. */
export type Resume = 'go-on' | 'finish' | 'drop';

export interface ResumeFacts {
  /** Undefined: the row is gone. */
  readonly instance: { readonly host: string | null; readonly vmState: VmState; readonly task: Task } | undefined;
  readonly ourHost: string;
  /** What is asked for. */
  readonly args?: Args;
  /** Undefined: the event was never started. */
  readonly eventFinished: boolean | undefined;
}

/** The decision as a pure table; touches nothing when the work is not ours or not wanted any more. */
export function decideResume(rule: ResumeRule, facts: ResumeFacts): Resume {
  if (facts.eventFinished === true) return 'drop';
  if (facts.instance === undefined) {
    return facts.eventFinished === false && rule.done.includes('deleted') ? 'finish' : 'drop';
  }
  if (!isHere(rule, facts.instance.host, facts)) return 'drop';
  if (rule.tasks.includes(facts.instance.task)) return 'go-on';
  return isOver(rule, facts.instance) ? 'finish' : 'drop';
}

/**
 * Somebody else goes on with it; or nothing is under way and the state is the one that we leave: killed between the last
 * save and the event's end.
 */
function isOver(rule: ResumeRule, { task, vmState }: NonNullable<ResumeFacts['instance']>): boolean {
  return rule.handedOn?.includes(task) === true || (task === null && rule.done.includes(vmState));
}

function isHere(rule: ResumeRule, host: string | null, { ourHost, args = {} }: ResumeFacts): boolean {
  const { mayBeElsewhere = false, mayBeNowhere = false } = rule;
  const elsewhere = typeof mayBeElsewhere === 'function' ? mayBeElsewhere(args) : mayBeElsewhere;
  return host === ourHost || elsewhere || (host === null && mayBeNowhere);
}

/** The operation on the instance as it is now, or undefined when nothing is left to do; then touches nothing. */
export async function resumeVerb(op: InstanceOperation, route: InstanceRoute): Promise<InstanceOperation | undefined> {
  if (route.resume === undefined || route.resume === 'own') return op;
  const uuid = op.instance.get('uuid');
  const [instance, eventFinished] = await Promise.all([
    currentInstance(op),
    route.event === null ? undefined : op.conductor.events.isFinished(uuid, route.event),
  ]);
  const decision = decideResume(route.resume, {
    instance: factsOf(instance),
    ourHost: op.parts.settings.host,
    args: op.request.args,
    eventFinished,
  });
  op.log.info(`${op.request.method} was started before and did not end: ${decision}`, { attempt: op.attempt });
  if (decision !== 'go-on') await route.dropped?.(op);
  if (decision === 'finish' && route.event !== null) await op.conductor.events.finish(uuid, route.event);
  return decision === 'go-on' && instance !== undefined ? { ...op, instance } : undefined;
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
