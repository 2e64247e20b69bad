import type { Socket } from 'node:net';
import { messageOf } from '../errors/kinds.js';
import type { ConsoleAddress, Consoles, ConsoleUser } from '../compute/ports/consoles.js';
import { Door, type DoorParts } from './door.js';
import type { Allotment } from './notes.js';
import { ConsolePorts, type PortsParts } from './ports.js';
import { hangUp, runSession, tell, type SessionParts } from './session.js';

export interface ConsolesParts extends SessionParts, PortsParts {
  readonly pause: DoorParts['pause'];
  readonly mayEnter: DoorParts['mayEnter'];
}

/** Nobody looks at more at a time; each is a process in the container, and the proxy has one for each, too. */
const MOST_SESSIONS = 16;

interface RunningSession {
  readonly instanceUuid: string;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/**
 * INVARIANTS: a session belongs to an allotment that held when it began; `close` ends those of an instance. What a door
 * lets in is in `#sessions` until its shell has ended.
 */
export class SerialConsoles implements Consoles {
  readonly #ports: ConsolePorts;
  readonly #doors = new Map<number, Door>();
  readonly #sessions = new Set<RunningSession>();

  constructor(private readonly parts: ConsolesParts) {
    this.#ports = new ConsolePorts(parts);
  }

  /** To be called first: reads what was written down, and ends what an earlier process left running. */
  async open(): Promise<void> {
    await this.parts.notes.open();
    await this.#ports.load();
    for (const terminalId of await this.parts.notes.terminals()) await hangUp(this.parts, terminalId);
  }

  async allot(instanceUuid: string, user: ConsoleUser, ttlMs: number): Promise<ConsoleAddress> {
    return { host: this.parts.host, port: await this.#ports.allot(instanceUuid, user, ttlMs) };
  }

  async admit(instanceUuid: string, port: number): Promise<boolean> {
    const allotment = this.#ports.find(port);
    if (allotment?.instanceUuid !== instanceUuid) return false;
    const door = this.#doors.get(port) ?? this.#door(port);
    try {
      await door.admit();
    } catch (error) {
      this.parts.log.error('The port of a console can not be listened on', { port, reason: messageOf(error) });
      return false;
    }
    return true;
  }

  async endSessions(instanceUuid: string): Promise<void> {
    await this.#end((session) => session.instanceUuid === instanceUuid);
  }

  async close(instanceUuid: string): Promise<void> {
    for (const port of await this.#ports.takeBack(instanceUuid)) this.#shut(port);
    await this.endSessions(instanceUuid);
  }

  /** Ends all sessions: the service stops. Ports stay allotted. */
  async stop(): Promise<void> {
    for (const port of [...this.#doors.keys()]) this.#shut(port);
    await this.#end(() => true);
  }

  #door(port: number): Door {
    const { host, pause, mayEnter, log } = this.parts;
    const turnedAway = (address: string): void =>
      log.warn('A connection to a console was turned away', { port, address });
    const door = new Door({ host, port, pause, mayEnter, turnedAway, enter: (socket) => this.#enter(port, socket) });
    this.#doors.set(port, door);
    return door;
  }

  #shut(port: number): void {
    this.#doors.get(port)?.shut();
    this.#doors.delete(port);
  }

  async #end(isMeant: (session: RunningSession) => boolean): Promise<void> {
    const meant = [...this.#sessions].filter(isMeant);
    for (const { controller } of meant) controller.abort();
    await Promise.all(meant.map(({ done }) => done));
  }

  #enter(port: number, socket: Socket): void {
    const allotment = this.#ports.find(port);
    if (allotment === undefined) {
      tell(socket, 'There is no console: its time is over.');
      return;
    }
    const { instanceUuid } = allotment;
    if ([...this.#sessions].filter((session) => session.instanceUuid === instanceUuid).length >= MOST_SESSIONS) {
      tell(socket, `There is no console: ${MOST_SESSIONS} sessions are open already.`);
      return;
    }
    const controller = new AbortController();
    const session = { instanceUuid, controller, done: this.#run(allotment, socket, controller.signal) };
    this.#sessions.add(session);
    void session.done.finally(() => this.#sessions.delete(session));
  }

  async #run({ instanceUuid, userId, projectId }: Allotment, socket: Socket, signal: AbortSignal): Promise<void> {
    const { log, now } = this.parts;
    const who = { instance: instanceUuid, userId, projectId, proxy: socket.remoteAddress };
    const beganAt = now().getTime();
    log.info('A console session begins', who);
    await runSession(this.parts, instanceUuid, socket, signal);
    log.info('A console session has ended', { ...who, durationMs: now().getTime() - beganAt });
  }
}
