import { ServiceError } from '../errors/kinds.js';

/** What is waited for: an event's name and its tag (a port id, a volume id). */
export interface AwaitedEvent {
  readonly name: string;
  readonly tag: string | null;
}

export interface EventWait {
  /** Settles when every event came: rejects with Timeout, or Conflict for an event that came as `failed`. */
  readonly done: Promise<void>;
  /** Gives up waiting; `done` then resolves. */
  cancel(): void;
}

interface Waiter {
  readonly deliver: (status: string) => void;
}

/**
 * External events that somebody waits for (nova/compute/manager.py InstanceEvents, release 26).
 *
 * INVARIANTS: an event that comes before anybody waits is lost, so register first, act then;
 * a waiter is woken at most once; `clear` of an instance wakes its waiters with an error.
 */
export class EventWaiters {
  readonly #waiting = new Map<string, Map<string, Waiter>>();

  /** Registers for all of `events` at once, before the act that causes them. */
  expect(instanceUuid: string, events: readonly AwaitedEvent[], timeoutMs: number): EventWait {
    const waits = events.map((event) => this.#one(instanceUuid, event, timeoutMs));
    const done = Promise.all(waits.map((wait) => wait.done)).then(() => undefined);
    done.catch(() => undefined); // who waits for it is told; who cancelled does not care
    return { done, cancel: () => waits.forEach((wait) => wait.cancel()) };
  }

  /** Hands an event to who waits for it; false when nobody does. */
  deliver(instanceUuid: string, event: AwaitedEvent, status: string): boolean {
    const waiter = this.#waiting.get(instanceUuid)?.get(keyOf(event));
    waiter?.deliver(status);
    return waiter !== undefined;
  }

  /** Ends every wait of an instance that is being deleted. */
  clear(instanceUuid: string): void {
    for (const waiter of [...(this.#waiting.get(instanceUuid)?.values() ?? [])]) waiter.deliver('cancelled');
  }

  #one(instanceUuid: string, event: AwaitedEvent, timeoutMs: number): EventWait {
    const { promise, resolve, reject } = promiseWithResolvers();
    const forget = (): void => {
      clearTimeout(timer);
      const events = this.#waiting.get(instanceUuid);
      events?.delete(keyOf(event));
      if (events?.size === 0) this.#waiting.delete(instanceUuid);
    };
    const deliver = (status: string): void => {
      forget();
      if (status === 'completed') resolve();
      else reject(new ServiceError('Conflict', `External event ${keyOf(event)} came as ${status}.`));
    };
    const timer = setTimeout(() => {
      forget();
      reject(new ServiceError('Timeout', `External event ${keyOf(event)} did not come within ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    const events = this.#waiting.get(instanceUuid) ?? new Map<string, Waiter>();
    this.#waiting.set(instanceUuid, events.set(keyOf(event), { deliver }));
    return {
      done: promise,
      cancel: () => {
        forget();
        resolve();
      },
    };
  }
}

function keyOf(event: AwaitedEvent): string {
  return event.tag === null ? event.name : `${event.name}-${event.tag}`;
}

function promiseWithResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
