import { kindOf, type ErrorKind } from '../errors/kinds.js';

/** One call to something outside of this process. */
export interface OutsideCall {
  readonly system: 'engine' | 'rpc' | 'placement' | 'glance' | 'neutron' | 'keystone' | 'cinder' | 'host';
  /** Stable name, e.g. `container.create`, `Instance.save`, `allocations.remove`. */
  readonly name: string;
}

/** How a call ended: `ok` or the kind of its error. */
export type CallOutcome = 'ok' | ErrorKind;

/**
 * Told of every outside call before it is made; the function it returns is told of the end.
 * Metrics and traces are made of this, and tests that kill the service at each call in turn.
 */
export type CallObserver = (call: OutsideCall) => (outcome: CallOutcome, durationMs: number) => void;

/** Nobody listens. */
export const unobserved: CallObserver = () => () => {};

/** Makes one outside call under the observer's eyes. Adapters send every call through this. */
export async function observed<T>(observer: CallObserver, call: OutsideCall, work: () => Promise<T>): Promise<T> {
  const end = observer(call);
  const startedAt = performance.now();
  try {
    const result = await work();
    end('ok', performance.now() - startedAt);
    return result;
  } catch (error) {
    end(kindOf(error), performance.now() - startedAt);
    throw error;
  }
}
