import { createServer } from 'node:net';
import { once } from 'node:events';
import { messageOf, ServiceError } from '../errors/kinds.js';
import { KeyedLocks } from '../compute/locks.js';
import type { ConsoleUser } from '../compute/ports/consoles.js';
import type { Allotment, ConsoleNotes } from './notes.js';

export interface PortsParts {
  readonly notes: ConsoleNotes;
  readonly host: string;
  /** The first port, and the one after the last. */
  readonly range: readonly [number, number];
  readonly now: () => Date;
}

/**
 * Which port is whose.
 *
 * INVARIANTS: what a port is in memory it is on disk; a port is one user's and one instance's until its time is over or it
 * is taken back. Changes are made one after the other.
 */
export class ConsolePorts {
  readonly #allotted = new Map<number, Allotment>();
  readonly #turns = new KeyedLocks();

  constructor(private readonly parts: PortsParts) {}

  /** Reads what an earlier process wrote down. */
  async load(): Promise<void> {
    for (const [port, allotment] of await this.parts.notes.ports()) this.#allotted.set(port, allotment);
  }

  /** Whose it is; undefined when it is nobody's, or not any more. */
  find(port: number): Allotment | undefined {
    const allotment = this.#allotted.get(port);
    return allotment === undefined || this.#isOver(allotment) ? undefined : allotment;
  }

  /** Throws Invalid when no port is free, Unavailable when the host has no such address. */
  allot(instanceUuid: string, { userId, projectId }: ConsoleUser, ttlMs: number): Promise<number> {
    return this.#turns.run('', async () => {
      await this.#forget((allotment) => this.#isOver(allotment));
      const same = [...this.#allotted].find(([, one]) => one.instanceUuid === instanceUuid && one.userId === userId);
      const until = Math.max(this.parts.now().getTime() + ttlMs, same?.[1].until ?? 0);
      const port = same?.[0] ?? (await this.#free());
      const allotment = { instanceUuid, userId, projectId, until };
      await this.parts.notes.keepPort(port, allotment);
      this.#allotted.set(port, allotment);
      return port;
    });
  }

  /** Takes an instance's ports back; gives them. */
  takeBack(instanceUuid: string): Promise<readonly number[]> {
    return this.#turns.run('', () => this.#forget((allotment) => allotment.instanceUuid === instanceUuid));
  }

  async #forget(isMeant: (allotment: Allotment) => boolean): Promise<readonly number[]> {
    const meant = [...this.#allotted].filter(([, allotment]) => isMeant(allotment)).map(([port]) => port);
    for (const port of meant) {
      await this.parts.notes.forgetPort(port);
      this.#allotted.delete(port);
    }
    return meant;
  }

  async #free(): Promise<number> {
    const { host, range } = this.parts;
    for (let port = range[0]; port < range[1]; port += 1) {
      if (!this.#allotted.has(port) && (await isFree(host, port))) return port;
    }
    throw new ServiceError('Invalid', `Not able to acquire a free port for ${host}`, {
      nova: { name: 'SocketPortRangeExhaustedException', code: 400, kwargs: { host } },
    });
  }

  #isOver({ until }: Allotment): boolean {
    return until <= this.parts.now().getTime();
  }
}

/** Whether nobody else listens there. */
async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return false;
    const text = `Consoles can't listen on ${host}, which has to be an address of this host: [serial_console] proxyclient_address.`;
    throw new ServiceError('Unavailable', text, { cause: error, facts: { reason: messageOf(error) } });
  }
  server.close();
  await once(server, 'close');
  return true;
}
