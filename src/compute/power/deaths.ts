import type { ContainerEvent } from '../ports/containers.js';

/**
 * Tells who waits for the end of an instance's container of it, as soon as the engine does.
 *
 * INVARIANTS: who asks before he starts the container misses no end of it; one that nobody asked about is forgotten.
 */
export class Deaths {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves with the next end of the instance's container; `forget` when nobody wants to know any more. */
  next(instanceUuid: string): { readonly ended: Promise<void>; readonly forget: () => void } {
    const waiting = this.#waiting.get(instanceUuid) ?? new Set();
    this.#waiting.set(instanceUuid, waiting);
    let tell: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (tell = resolve));
    waiting.add(tell);
    const forget = (): void => {
      waiting.delete(tell);
      if (waiting.size === 0) this.#waiting.delete(instanceUuid);
    };
    return { ended, forget };
  }

  onEvent(event: ContainerEvent): void {
    if (event.type !== 'container' || event.action !== 'die' || event.key.role !== 'main') return;
    for (const tell of this.#waiting.get(event.key.instanceUuid) ?? []) tell();
  }
}
