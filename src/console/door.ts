import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A proxy connects right after it was told that the port is good; under load that may take a while. */
const OPEN_MS = 30_000;

export interface DoorParts {
  readonly host: string;
  readonly port: number;
  /** Resolves after the time, or as soon as the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Whether one from this address is let in at all. */
  readonly mayEnter: (address: string) => boolean;
  readonly turnedAway: (address: string) => void;
  readonly enter: (socket: Socket) => void;
}

/**
 * A TCP port that listens only while somebody is expected.
 *
 * INVARIANTS: there are never more connections than admissions; an admission is good for one connection and for a short
 * time; the port listens as long as there is an admission, and no longer. Who may not enter uses up no admission.
 */
export class Door {
  readonly #admissions = new Set<AbortController>();
  #listening: Promise<Server> | undefined;

  constructor(private readonly parts: DoorParts) {}

  /** Lets one connection in. Throws the system's error when the port can't be listened on. */
  async admit(): Promise<void> {
    const admission = new AbortController();
    this.#admissions.add(admission);
    this.#listening ??= this.#listen();
    try {
      await this.#listening;
    } catch (error) {
      this.#end(admission);
      throw error;
    }
    void this.parts.pause(OPEN_MS, admission.signal).then(() => this.#end(admission));
  }

  /** Expects nobody any more. Who came in stays. */
  shut(): void {
    for (const admission of this.#admissions) this.#end(admission);
  }

  #end(admission: AbortController): void {
    this.#admissions.delete(admission);
    admission.abort();
    if (this.#admissions.size > 0) return;
    const listening = this.#listening;
    this.#listening = undefined;
    listening?.then(
      (server) => server.close(),
      () => undefined,
    );
  }

  async #listen(): Promise<Server> {
    const server = createServer((socket) => this.#enter(socket));
    // One that is listening fails only when the process has no descriptors left; then nobody is let in.
    server.on('error', () => undefined);
    server.listen({ host: this.parts.host, port: this.parts.port });
    await once(server, 'listening');
    return server;
  }

  #enter(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if (!this.parts.mayEnter(address)) {
      socket.destroy();
      this.parts.turnedAway(address);
      return;
    }
    const [admission] = this.#admissions;
    if (admission === undefined) {
      socket.destroy();
      return;
    }
    this.#end(admission);
    this.parts.enter(socket);
  }
}
