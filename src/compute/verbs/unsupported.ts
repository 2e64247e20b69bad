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

/** A console type that containers do not have (HTTP 400). */
export function refuseConsole(type: string): () => Promise<never> {
  return refuse(`Unavailable console type ${type}.`, {
    name: 'ConsoleTypeUnavailable',
    code: 400,
    kwargs: { console_type: type },
  });
}

/** A migration that this host does not do: conductor tries the next host and restores the server (HTTP 400). */
export function refuseMigration(text: string): () => Promise<never> {
  return refuse(`Migration pre-check error: ${text}`, { name: 'MigrationPreCheckError', code: 400 });
}
