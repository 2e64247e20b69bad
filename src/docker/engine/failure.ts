import { ServiceError, type ErrorKind } from '../../errors/kinds.js';

/** An answer of the engine that says no. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const KIND_OF_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: 'Invalid',
  401: 'Forbidden',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  501: 'Unsupported',
  503: 'Unavailable',
};

/** What the kernel says when nobody listens on the socket, or no longer. */
const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'EACCES', 'ETIMEDOUT', 'EAGAIN', 'ENOTSOCK']);

const LONGEST_WORDS = 600;

/** The noise that every layer between the engine and runc puts around its one useful sentence. */
const NOISE = [
  /^Error response from daemon: /,
  /\bfailed to create (shim )?task(?: for container)?: /g,
  /\bOCI runtime create failed: /g,
  /\b(?:runc|container_linux\.go:\d+|process_linux\.go:\d+) create failed: /g,
  /\b(?:container|process)_linux\.go:\d+: /g,
  /\bstarting container process caused: /g,
  /\bunable to start container process: /g,
  /: unknown$/,
];

/** The engine's own storage, which is nobody's business outside of this host. */
const STORAGE_PATH = /\/[^\s:"']*\/(?:overlay2|containers|image|tmp|aufs|btrfs|zfs)\/[^\s:"']*/g;

/** An engine's message for the person who started the instance: one line, without its wrapping and host paths. */
export function engineWords(message: string): string {
  const bare = NOISE.reduce((text, noise) => text.replace(noise, ''), message.replace(/\s+/g, ' ').trim());
  const words = bare.replace(STORAGE_PATH, '(engine storage)');
  return words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS)}…` : words;
}

/**
 * Translates whatever a call to the engine threw, once: by HTTP status or errno, never by text.
 * What is a ServiceError already stays as it is.
 */
export function engineFailure(call: string, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof EngineRefusal) {
    const kind = KIND_OF_STATUS[error.status] ?? 'Internal';
    return new ServiceError(kind, engineWords(error.message), { cause: error, facts: { call, status: error.status } });
  }
  const code = errnoOf(error);
  if (code !== undefined && AWAY.has(code)) {
    return new ServiceError('Unavailable', `The container engine does not answer (${code}).`, {
      cause: error,
      facts: { call, code },
    });
  }
  const text = error instanceof Error ? error.message : String(error);
  return new ServiceError('Internal', `The call ${call} to the container engine failed: ${engineWords(text)}`, {
    cause: error,
    facts: { call },
  });
}

function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
