import { ServiceError, type NovaException } from '../../errors/kinds.js';

/** nova-api answers 501 to a NotImplementedError, which is Python's own and not Nova's. */
const NOT_IMPLEMENTED: NovaException = { name: 'NotImplementedError', module: 'builtins', code: 501 };

/**
 * A verb that refuses. A call gets the exception that nova-api maps to a clear HTTP error; after a cast the pipeline
 * resets task_state and leaves the text as the server's fault.
 */
export function refuse(text: string, nova: NovaException = NOT_IMPLEMENTED): () => Promise<never> {
  return () => Promise.reject(new ServiceError('Unsupported', text, { nova }));
}

/** A console type that containers do not have. */
export function refuseConsole(type: string): () => Promise<never> {
  return () => Promise.reject(consoleTypeUnavailable(type));
}

/** A console type that there is not, or that the operator has not switched on (HTTP 400). */
export function consoleTypeUnavailable(type: string): ServiceError {
  return new ServiceError('Unsupported', `Unavailable console type ${type}.`, {
    nova: { name: 'ConsoleTypeUnavailable', code: 400, kwargs: { console_type: type } },
  });
}

/** What the proxy of another console type is told. */
export function consoleTypeInvalid(type: string): ServiceError {
  return new ServiceError('Invalid', `Invalid console type ${type}`, {
    nova: { name: 'ConsoleTypeInvalid', code: 400, kwargs: { console_type: type } },
  });
}

/** A migration that this host does not do: conductor tries the next host and restores the server (HTTP 400). */
export function refuseMigration(text: string): () => Promise<never> {
  return refuse(`Migration pre-check error: ${text}`, { name: 'MigrationPreCheckError', code: 400 });
}
