import { messageOf, novaNameOf, ServiceError } from '../errors/kinds.js';
import type { InstanceOperation } from './operation.js';

/** Longest text that InstanceFault.message and server metadata hold. */
const MAX_FAULT_LENGTH = 255;

const STATE_CONFLICTS: ReadonlySet<string> = new Set([
  'UnexpectedTaskStateError',
  'UnexpectedDeletingTaskStateError',
  'UnexpectedVMStateError',
]);

/** What a person with the server's own rights may read of an error; programming errors show their class only. */
export function faultMessage(error: unknown): string {
  const message = error instanceof ServiceError ? error.message : className(error);
  return message.length <= MAX_FAULT_LENGTH ? message : `${message.slice(0, MAX_FAULT_LENGTH - 1)}…`;
}

/** What the fault's details hold: for administrators only. */
export function faultDetails(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${faultDetails(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** The fault's code: what the exception would be as an HTTP status. */
export function faultCode(error: unknown): number {
  return error instanceof ServiceError ? (error.nova?.code ?? 500) : 500;
}

/** The instance row is gone or going: the user deleted the server, so nobody waits for this work any more. */
export function isGone(error: unknown): boolean {
  const name = novaNameOf(error);
  return name === 'InstanceNotFound' || name === 'UnexpectedDeletingTaskStateError';
}

/** Somebody else changed the states under us: what they do goes before what we do. */
export function isStateConflict(error: unknown): boolean {
  return STATE_CONFLICTS.has(novaNameOf(error) ?? '');
}

/** Writes the instance's fault (nova/compute/utils.py add_instance_fault_from_exc, release 26). */
export async function recordFault(op: InstanceOperation, error: unknown): Promise<void> {
  if (novaNameOf(error) === 'InstanceNotFound') return;
  await op.conductor.createFault({
    instanceUuid: op.instance.get('uuid'),
    code: faultCode(error),
    message: faultMessage(error),
    details: faultDetails(error),
  });
}

function className(error: unknown): string {
  return error instanceof Error ? error.constructor.name : messageOf(error);
}
