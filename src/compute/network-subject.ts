import type { InstanceOperation } from './operation.js';
import type { NetworkSubject } from './ports/networks.js';

/** Whose network is worked on in this operation. `signal`: the operation's own unless it cleans up behind that. */
export function networkSubject(op: InstanceOperation, signal: AbortSignal = op.signal): NetworkSubject {
  return { instance: op.instance, context: op.request.context, conductor: op.conductor, signal };
}
