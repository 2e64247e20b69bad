import { ServiceError } from '../errors/kinds.js';

/** Methods that may be said twice (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** A gateway in front of a service that is away or restarting. */
const GATEWAY_STATUSES = new Set([502, 503, 504]);

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;

/** How an attempt went wrong, as far as trying again depends on it. */
export interface Attempt {
  readonly method: string;
  /** The caller says that a repetition does no harm, e.g. because a generation guards the write. */
  readonly repeatable: boolean;
  /** The body is text; a stream is used up. */
  readonly bodyAgain: boolean;
}

/** True when the service can't have seen the request. */
function neverSent(error: unknown): boolean {
  return error instanceof ServiceError && error.facts['neverSent'] === true;
}

/** True for failures that may be over soon: a broken connection, a gateway's 502 to 504. Not for a bad certificate. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ServiceError) || error.kind !== 'Unavailable') return false;
  const { status, code } = error.facts;
  if (typeof status === 'number') return GATEWAY_STATUSES.has(status);
  return typeof code === 'string' && !/CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
}

/** Whether to say it again: always when it was never heard, else only what may be said twice. */
export function mayRepeat(attempt: Attempt, error: unknown): boolean {
  if (!attempt.bodyAgain || !isPassing(error)) return false;
  return neverSent(error) || attempt.repeatable || IDEMPOTENT.has(attempt.method);
}

/** Pause before the n-th repetition, n from 1. */
export function pauseBefore(n: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (n - 1));
}
