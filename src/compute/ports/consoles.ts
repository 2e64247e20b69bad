import type { Duplex } from 'node:stream';

/** On whose behalf a console is asked for; for the log. */
export interface ConsoleUser {
  readonly userId: string | null;
  readonly projectId: string | null;
}

export interface ConsoleAddress {
  readonly host: string;
  readonly port: number;
}

/** The consoles of this host, as nova-serialproxy reaches them. Implemented by console/. */
export interface Consoles {
  /**
   * The address at which this user finds the instance's console, for so long at least: the same when it is asked for again
   * within that time, also after a restart. Throws Invalid (SocketPortRangeExhaustedException) when no port is free,
   * Unavailable when the host has no such address.
   */
  allot(instanceUuid: string, user: ConsoleUser, ttlMs: number): Promise<ConsoleAddress>;
  /** Whether the port is that instance's; then it takes one connection, within a short time. */
  admit(instanceUuid: string, port: number): Promise<boolean>;
  /** Ends an instance's sessions with the container that they are in; its ports stay, for the next one. None is fine. */
  endSessions(instanceUuid: string): Promise<void>;
  /** Ends an instance's sessions and takes its ports back; none is fine. */
  close(instanceUuid: string): Promise<void>;
}

/** Terminals inside instances, in the container of a rescue as long as there is one. Implemented by docker/. */
export interface Terminals {
  /**
   * Prepares one; its id outlives this process. Nothing runs yet. Throws NotFound without a container, Conflict when it
   * does not run.
   */
  prepare(instanceUuid: string): Promise<string>;
  /** What is typed into it and what it shows, until its program or the container ends. */
  open(terminalId: string): Promise<Duplex>;
  /** Ends what runs in it, if that was begun for this terminal. One that has ended, or is gone, is fine. */
  hangUp(terminalId: string): Promise<void>;
}
