import type { LimitName } from '../limits.js';
import type { Args, InstanceOperation, Operation } from '../operation.js';
import type { PlainAction } from '../ports/notifications.js';
import type { Task, VmState } from '../states.js';

/** How a repeated request tells whether its work is still wanted. */
export interface ResumeRule {
  /** The task states in which this verb's work is under way. */
  readonly tasks: readonly Task[];
  /** The vm states in which this verb leaves an instance when it is done. */
  readonly done: readonly VmState[];
  /** The task states in which somebody else goes on with what this verb began: only its event is left to finish. */
  readonly handedOn?: readonly Task[];
  /** The instance may be on another host: it moves, and this one has its part in that. */
  readonly mayBeElsewhere?: boolean | ((args: Args) => boolean);
  /** The instance may have no host: it comes to this one, or has left it. */
  readonly mayBeNowhere?: boolean;
}

/** A method that works on one instance. */
export interface InstanceRoute {
  readonly on: 'instance';
  /** Name of the action event; null for methods that have none. */
  readonly event: string | null;
  /** On failure the instance's task_state becomes null (upstream's reverts_task_state). */
  readonly revertsTask: boolean;
  /** On failure the instance gets a fault (upstream's wrap_instance_fault). */
  readonly recordsFault: boolean;
  /**
   * Its first question to conductor, which ends nothing, goes before the event's start: conductor answers a host one after
   * the other, and the work waits for the one and not for the other.
   */
  readonly asksFirst?: true;
  /** Waits for its turn among the instance's requests. */
  readonly locked: boolean;
  /** Ends whatever is running for the instance before it waits for its turn. */
  readonly supersedes: boolean;
  /** Runs only so many at a time. */
  readonly limit?: LimitName;
  /** What its notifications at start and end tell of; absent: none, or the verb sends its own. */
  readonly notify?: PlainAction;
  /** `own`: the verb looks by itself; undefined: reading only, just run it again. */
  readonly resume?: ResumeRule | 'own';
  /** Removes what an interrupted run may have left, when a repeated request is not wanted any more. */
  readonly dropped?: (op: InstanceOperation) => Promise<void>;
  readonly run: (op: InstanceOperation) => Promise<unknown>;
}

/** A method that works on the host or on several instances at once. */
export interface HostRoute {
  readonly on: 'host';
  readonly run: (op: Operation) => Promise<unknown>;
}

export type Route = InstanceRoute | HostRoute;

export type RouteTable = Readonly<Record<string, Route>>;

/** A verb that changes an instance: all of upstream's decorators, the event named after the method. */
export function changing(
  method: string,
  run: InstanceRoute['run'],
  special: Partial<InstanceRoute> = {},
): InstanceRoute {
  return {
    on: 'instance',
    event: `compute_${method}`,
    revertsTask: true,
    recordsFault: true,
    locked: true,
    supersedes: false,
    run,
    ...special,
  };
}

/** A verb that only looks: no turn, no event, no fault. */
export function reading(run: InstanceRoute['run']): InstanceRoute {
  return {
    on: 'instance',
    event: null,
    revertsTask: false,
    recordsFault: false,
    locked: false,
    supersedes: false,
    run,
  };
}

export function onHost(run: HostRoute['run']): HostRoute {
  return { on: 'host', run };
}
