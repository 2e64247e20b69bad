import { finished, type Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { Terminals } from '../compute/ports/consoles.js';
import { messageOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { ConsoleNotes } from './notes.js';

export interface SessionParts {
  readonly terminals: Terminals;
  readonly notes: ConsoleNotes;
  readonly log: Logger;
}

const KEEP_ALIVE_MS = 60_000;

/**
 * Connects a proxy with a terminal, until either ends or the signal aborts. Never throws: what hinders it is told at the
 * other end of the line.
 */
export async function runSession(
  parts: SessionParts,
  instanceUuid: string,
  socket: Socket,
  signal: AbortSignal,
): Promise<void> {
  const { terminals, notes, log } = parts;
  // Its end is told by `close`, whatever the reason.
  socket.on('error', () => undefined);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setNoDelay(true);
  let terminalId: string | undefined;
  try {
    terminalId = await terminals.prepare(instanceUuid);
    await notes.keepTerminal(terminalId);
    await connect(socket, await terminals.open(terminalId), signal);
  } catch (error) {
    log.warn('A console session failed', { error });
    tell(socket, `There is no console: ${messageOf(error)}`);
  }
  if (terminalId !== undefined) await hangUp(parts, terminalId);
}

/** Says something on a line that leads nowhere, and ends it. */
export function tell(socket: Socket, text: string): void {
  socket.on('error', () => undefined);
  if (socket.writable) socket.write(`\r\n${text}\r\n`);
  socket.destroySoon();
}

/** Ends what runs in a terminal. One that can't be ended stays written down, for the next start. */
export async function hangUp({ terminals, notes, log }: SessionParts, terminalId: string): Promise<void> {
  try {
    await terminals.hangUp(terminalId);
    await notes.forgetTerminal(terminalId);
  } catch (error) {
    log.warn('The shell of a console could not be ended; it is tried again at the next start', { error });
  }
}

async function connect(socket: Socket, terminal: Duplex, signal: AbortSignal): Promise<void> {
  const cut = (): void => {
    terminal.destroy();
    socket.destroy();
  };
  terminal.on('error', () => undefined);
  signal.addEventListener('abort', cut, { once: true });
  if (signal.aborted) cut();
  const gone = ended(socket, { writable: false });
  const over = ended(terminal, { writable: false });
  socket.pipe(terminal);
  terminal.pipe(socket, { end: false });
  await Promise.race([gone, over]);
  signal.removeEventListener('abort', cut);
  terminal.destroy();
  // What the terminal said last is still on its way.
  socket.destroySoon();
}

function ended(stream: Duplex, sides: { readonly writable: boolean }): Promise<void> {
  return new Promise((resolve) => {
    finished(stream, sides, () => {
      resolve();
    });
  });
}
