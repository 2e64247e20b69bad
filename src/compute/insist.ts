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
