/**
 * What went wrong, as far as anybody decides by it. Adapters translate once, where the foreign error arrives;
 * behind them nobody looks at status codes, Python class names or texts.
 */
export type ErrorKind =
  | 'NotFound'
  | 'Conflict'
  | 'Invalid'
  | 'Forbidden'
  | 'Unavailable'
  | 'Timeout'
  | 'Unsupported'
  /** The service is stopping: nothing was decided, the request stays in the inbox and is taken up again. */
  | 'Interrupted'
  | 'Internal';

/** The Python exception that carries this error over the wire, so that nova-api maps it to the right HTTP status. */
export interface NovaException {
  /** Class name, e.g. `InstanceNotFound`; must exist in `module` or the caller sees a RemoteError (HTTP 500). */
  readonly name: string;
  /** `nova.exception` unless said; `builtins` for NotImplementedError. */
  readonly module?: string;
  /** HTTP-like code stored in an instance fault. 500 unless said. */
  readonly code?: number;
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

export interface ServiceErrorOptions {
  readonly nova?: NovaException;
  readonly cause?: unknown;
  /** Facts for the log (never secrets). */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** The one error class of the service. `message` is written for the person who has to act on it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly nova: NovaException | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options: ServiceErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.nova = options.nova;
    this.facts = options.facts ?? {};
  }
}

/** The kind of any thrown value: `Internal` for everything that no adapter translated. */
export function kindOf(error: unknown): ErrorKind {
  return error instanceof ServiceError ? error.kind : 'Internal';
}

/** The Nova exception class that a thrown value stands for, if an adapter or a verb named one. */
export function novaNameOf(error: unknown): string | undefined {
  return error instanceof ServiceError ? error.nova?.name : undefined;
}

/** A message for a log line or a fault, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
