import { currentInstance } from './verb-resume.js';
import type { InstanceOperation } from '../operation.js';
import type { Task, VmState } from '../states.js';

/** Where a build that was started before and did not end has to go on. */
export type BuildStep =
  /** Build here: everything that stands already is found and adopted. */
  | 'go-on'
  /** It was being given back to conductor and conductor may not have heard: say it again. */
  | 'give-back'
  /** It was ending in ERROR: end it. */
  | 'abort'
  /** Its end is written but not what it held: give that back. */
  | 'release'
  /** It is somebody else's now: only this engine's rest is ours. */
  | 'leave'
  /** Everything is done. */
  | 'finished';

export interface BuildFacts {
  /** Undefined: the row is gone. */
  readonly instance: { readonly host: string | null; readonly vmState: VmState; readonly task: Task } | undefined;
  readonly ourHost: string;
  readonly eventFinished: boolean;
  /** Who holds the instance's allocation. */
  readonly allocation: 'ours' | 'other' | 'none';
}

/** The decision as a pure table. */
export function decideBuildStep(facts: BuildFacts): BuildStep {
  const { instance, ourHost, allocation } = facts;
  if (instance === undefined || isLeaving(instance, ourHost)) return 'leave';
  if (facts.eventFinished) return instance.host === ourHost ? 'finished' : 'leave';
  if (instance.vmState === 'error') return allocation === 'ours' ? 'release' : 'leave';
  if (instance.vmState !== 'building') return 'finished';
  if (allocation === 'ours') return 'go-on';
  return instance.host === ourHost ? 'abort' : whenNotClaimed(allocation);
}

function isLeaving(instance: NonNullable<BuildFacts['instance']>, ourHost: string): boolean {
  const isElsewhere = instance.host !== null && instance.host !== ourHost;
  return isElsewhere || instance.task === 'deleting' || instance.vmState === 'deleted';
}

function whenNotClaimed(allocation: 'other' | 'none'): BuildStep {
  return allocation === 'none' ? 'give-back' : 'leave';
}

/** Reads the instance, its action event and its allocation, and decides. */
export async function resumeBuild(op: InstanceOperation): Promise<BuildStep> {
  const uuid = op.instance.get('uuid');
  const [instance, finished, allocations] = await Promise.all([
    currentInstance(op),
    op.conductor.events.isFinished(uuid, 'compute__do_build_and_run_instance'),
    op.parts.allocations.of(uuid),
  ]);
  const step = decideBuildStep({
    instance: instance && {
      host: instance.get('host'),
      vmState: instance.get('vm_state') as VmState,
      task: instance.get('task_state') as Task,
    },
    ourHost: op.parts.settings.host,
    eventFinished: finished === true,
    allocation: allocations.has(op.parts.node.uuid()) ? 'ours' : allocations.size > 0 ? 'other' : 'none',
  });
  op.log.info(`A build that was started before and did not end: ${step}`, { attempt: op.attempt });
  return step;
}
