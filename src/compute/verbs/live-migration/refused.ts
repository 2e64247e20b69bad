import { kindOf, messageOf, novaNameOf, ServiceError, type ErrorKind } from '../../../errors/kinds.js';

const NAME = 'MigrationPreCheckError';
const PREFIX = 'Migration pre-check error: ';

/**
 * Whatever speaks against a live migration before it has begun, as nova-conductor understands it: it asks the next host
 * (nova/conductor/tasks/live_migrate.py _find_destination, release 26). What the service's stop interrupts stays that.
 */
export function refused(error: unknown): unknown {
  const kind = kindOf(error);
  if (novaNameOf(error) === NAME || kind === 'Interrupted' || kind === 'Internal') return error;
  return preCheckError(messageOf(error), { kind, cause: error });
}

export function preCheckError(
  reason: string,
  { kind = 'Conflict', cause }: { readonly kind?: ErrorKind; readonly cause?: unknown } = {},
): ServiceError {
  const nova = { name: NAME, code: 400, kwargs: { reason } };
  return new ServiceError(kind, `${PREFIX}${reason}`, { nova, cause });
}
