import { kindOf, messageOf, type ErrorKind } from '../errors/kinds.js';
import type { InstanceOperation } from './operation.js';

/** Failures of somebody who may be back soon. */
const PASSING: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['Unavailable', 'Timeout']);
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Does what has to be done whoever is away just now (engine, Placement, Neutron), since nobody would do it later: gives
 * back what would be lost. Tries until it is done; other failures are thrown. When the service stops first, its error
 * leaves the request in the inbox, and the next start goes on. A deletion of the server does not end it: it waits.
 */
export async function insist<T>(op: InstanceOperation, what: string, work: () => Promise<T>): Promise<T> {
  const { signal } = op.request;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !PASSING.has(kindOf(error))) throw error;
      if (pauseMs === FIRST_PAUSE_MS) op.log.warn(`${what}: tried until it is done`, { reason: messageOf(error) });
      await op.parts.pause(pauseMs, signal);
      if (signal.aborted) throw error;
    }
  }
}

/**
 * The same for what the server itself does not depend on (an image that nobody wants any more): tried once, and when
 * somebody is away, again and again as soon as the server has its states and its turn back. Never throws; what cannot be
 * done is told in the log.
 */
export async function eventually(op: InstanceOperation, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (op.afterwards === undefined || !PASSING.has(kindOf(error))) return giveUp(op, what, error);
    op.afterwards.push(() =>
      insist(op, what, work).catch((lastError: unknown) => {
        if (op.request.signal.aborted) throw lastError;
        giveUp(op, what, lastError);
      }),
    );
  }
}

function giveUp(op: InstanceOperation, what: string, error: unknown): void {
  op.log.error(`${what} failed, and it stays undone`, { reason: messageOf(error) });
}
