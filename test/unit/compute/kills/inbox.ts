import type { Args } from '../../../../src/compute/operation.js';
import { HOST } from '../parts.js';

/** A message as it was sent: `args` makes them anew for every process that takes it up. */
export interface Message {
  readonly uniqueId: string;
  readonly method: string;
  readonly args: () => Args;
}

/** A message stays until its work has ended, and comes in once, however often it is sent. What goes elsewhere is told. */
export class Inbox {
  readonly #known = new Set<string>();
  readonly #waiting: { readonly message: Message; starts: number }[] = [];
  readonly #sentOut = new Map<string, string>();

  constructor(first: Message) {
    this.post(HOST, first);
  }

  post(host: string, message: Message): void {
    if (host !== HOST) this.#sentOut.set(message.uniqueId, `${message.method} to ${host}`);
    else if (!this.#known.has(message.uniqueId)) this.#waiting.push({ message, starts: 0 });
    this.#known.add(message.uniqueId);
  }

  /** The one that came first; its start is counted. */
  next(): { readonly message: Message; readonly attempt: number } | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    first.starts += 1;
    return { message: first.message, attempt: first.starts };
  }

  ended(): void {
    this.#waiting.shift();
  }

  sentOut(): readonly string[] {
    return [...this.#sentOut.values()].sort();
  }
}
