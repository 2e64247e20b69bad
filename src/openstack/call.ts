import type { CallObserver, OutsideCall } from '../observe/calls.js';
import type { RequestContext } from '../observe/context.js';
import type { Credentials } from './keystone.js';
import type { EndpointSettings, RequestLimits } from './settings.js';
import type { Transport } from './transport.js';

/** One call to the service of a session. */
export interface RestCall {
  /** Stable name for metrics and fault points: `allocations.remove`. */
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Behind the endpoint (and its version): a leading slash, its parts already encoded. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** With the user's token of this context, to the endpoint that its catalogue names. Absent: as our service user. */
  readonly as?: RequestContext | undefined;
  /** Statuses above 299 that are no error here. */
  readonly accept?: readonly number[];
  /** A POST or PATCH that may be said twice, e.g. because a generation guards it. */
  readonly repeatable?: boolean;
  /** At least so long for an answer, for what is known to take long. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface RestAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined when there is none. */
  readonly body: unknown;
}

export interface SessionParts {
  readonly system: OutsideCall['system'];
  readonly endpoint: EndpointSettings;
  /** Version in the path, e.g. `v2.0`; absent for services whose endpoint is used as it is registered. */
  readonly version?: string;
  readonly limits: RequestLimits;
  readonly transport: Transport;
  /** Our own user for this service; absent when it is only asked with users' tokens. */
  readonly credentials?: Credentials | undefined;
  /** `[service_user] send_service_user_token`: sent beside a user's token, so that an expired one is still accepted. */
  readonly serviceToken?: Credentials | undefined;
  readonly observer: CallObserver;
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}
