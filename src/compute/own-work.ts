import type { RequestContext } from '../observe/context.js';
import type { Instance } from '../objects/index.js';
import type { Args, ComputeRequest, InstanceOperation, ManagerParts } from './operation.js';

/** What the service does of itself: in no message's name. */
export interface OwnWork {
  readonly parts: ManagerParts;
  /** The service's own: no user, administrator. */
  readonly context: RequestContext;
  readonly signal: AbortSignal;
  /** How long to ask a conductor that does not answer; undefined: until the signal aborts. */
  readonly patienceMs?: number;
}

/** A request that the service makes of itself: it stands in no inbox and its starts are not counted. */
export function ownRequest(
  { context, signal }: OwnWork,
  method: string,
  instance: Instance,
  args: Args = {},
): ComputeRequest {
  return {
    method,
    args: { ...args, instance },
    context,
    uniqueId: `${context.requestId}-${instance.get('uuid')}`,
    isCall: false,
    signal,
    begin: () => Promise.resolve(1),
  };
}

/** Work on an instance for which there is no route; to be done in the instance's turn. */
export function ownOperation(work: OwnWork, method: string, instance: Instance): InstanceOperation {
  const { parts, context, signal, patienceMs } = work;
  const patience = patienceMs === undefined ? { signal } : { signal, timeoutMs: patienceMs };
  const conductor = parts.conductorFor(context, patience);
  const request = ownRequest(work, method, instance);
  return { parts, request, attempt: 1, conductor, signal, log: parts.log, instance };
}
