import type { Readable } from 'node:stream';
import { ServiceError } from '../errors/kinds.js';
import { currentLogFields, type RequestContext } from '../observe/context.js';
import { baseUrl, endpointsOfContext, httpUrl, noEndpoint, pickEndpoint, type Endpoint } from './catalog.js';
import type { RestCall, SessionParts } from './call.js';
import { deadline } from './deadline.js';
import { failureOf } from './failures.js';
import { textOf } from './streams.js';
import type { HttpResponse } from './transport.js';

/** A request's address and tokens. */
export interface Prepared {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The tokens in it. */
  readonly secrets: readonly string[];
  /** Forgets the tokens of ours in it; false when it has none, so that asking again would change nothing. */
  readonly renew: () => boolean;
}

/** What is sent and how the answer is wanted. */
export interface Sending {
  readonly body?: string | Readable | undefined;
  readonly answer: 'text' | 'stream';
  /** Whether an answer must come within the time for an answer; image data going out has a watch of its own. */
  readonly timed: boolean;
}

/** Finds the address and the tokens of a call. `turn` counts tries: each takes the next of several overrides. */
export async function prepare(parts: SessionParts, call: RestCall, turn: number): Promise<Prepared> {
  const userToken = call.as?.authToken ?? null;
  return userToken === null ? await asService(parts, call, turn) : await asUser(parts, call, turn, userToken);
}

/** Sends it once. Every status above 399 that the call does not accept is thrown as an error. */
export async function exchange(
  parts: SessionParts,
  call: RestCall,
  ready: Prepared,
  sending: Sending,
): Promise<HttpResponse> {
  const limitMs = sending.timed ? Math.max(parts.limits.timeoutMs, call.patienceMs ?? 0) : MAX_TIMER_MS;
  const limit = deadline(call.signal, limitMs, `${parts.system} ${call.name}`);
  try {
    const response = await parts.transport.send({
      method: call.method,
      url: ready.url,
      headers: { ...contentHeaders(sending), ...call.headers, ...requestId(call.as), ...ready.headers },
      body: sending.body,
      signal: limit.signal,
      answer: sending.answer,
    });
    if (response.status < 300 || call.accept?.includes(response.status) === true) return response;
    throw failureOf({
      system: parts.system,
      call: call.name,
      status: response.status,
      body: response.stream === undefined ? response.text : await textOf(response.stream),
      requestId: response.headers['x-openstack-request-id'],
      secrets: ready.secrets,
    });
  } finally {
    limit.release();
  }
}

/** The longest time that a timer of Node can take. */
const MAX_TIMER_MS = 2 ** 31 - 1;

async function asService(parts: SessionParts, call: RestCall, turn: number): Promise<Prepared> {
  const { credentials } = parts;
  if (credentials === undefined) {
    throw new ServiceError(
      'Forbidden',
      `${parts.system} ${call.name} has no user's token, and there are no credentials of our own for it: ` +
        `give [${parts.endpoint.section}] or [service_user] auth options`,
    );
  }
  const access = await credentials.get(call.signal);
  return {
    url: address(parts, call, turn, access.endpoints),
    headers: { 'X-Auth-Token': access.token },
    secrets: [access.token],
    renew: () => {
      credentials.invalidate(access.token);
      return true;
    },
  };
}

async function asUser(parts: SessionParts, call: RestCall, turn: number, userToken: string): Promise<Prepared> {
  const service = await parts.serviceToken?.get(call.signal);
  const serviceHeader: Record<string, string> = service === undefined ? {} : { 'X-Service-Token': service.token };
  return {
    url: address(parts, call, turn, await userEndpoints(parts, call)),
    headers: { 'X-Auth-Token': userToken, ...serviceHeader },
    secrets: service === undefined ? [userToken] : [userToken, service.token],
    renew: () => {
      if (service === undefined) return false;
      parts.serviceToken?.invalidate(service.token);
      return true;
    },
  };
}

/** The catalogue that came with the request; our own when that one (a periodic task's, say) lacks the service. */
async function userEndpoints(parts: SessionParts, call: RestCall): Promise<readonly Endpoint[]> {
  if (parts.endpoint.overrides.length > 0 || call.as === undefined) return [];
  const theirs = endpointsOfContext(call.as);
  if (pickEndpoint(theirs, parts.endpoint) !== undefined) return theirs;
  const ours = parts.credentials ?? parts.serviceToken;
  return ours === undefined ? theirs : (await ours.get(call.signal)).endpoints;
}

function address(parts: SessionParts, call: RestCall, turn: number, endpoints: readonly Endpoint[]): string {
  const { endpoint, version } = parts;
  const url = endpoint.overrides[turn % Math.max(1, endpoint.overrides.length)] ?? pickEndpoint(endpoints, endpoint);
  if (url === undefined) throw noEndpoint(endpoints, endpoint);
  // As cinder's endpoint_template may say; a catalogue's addresses are filled in already.
  const filled = url.replaceAll('%(project_id)s', encodeURIComponent(call.as?.projectId ?? ''));
  return `${baseUrl(httpUrl(filled, `The endpoint for [${endpoint.section}]`), version)}${call.path}`;
}

function contentHeaders(sending: Sending): Record<string, string> {
  const accept = sending.answer === 'text' ? { Accept: 'application/json' } : {};
  return typeof sending.body === 'string' ? { ...accept, 'Content-Type': 'application/json' } : accept;
}

/** Our request's id goes along, so that one search finds it in every service's log (keystoneauth1: X-Openstack-Request-Id). */
function requestId(context: RequestContext | undefined): Record<string, string> {
  const fields = currentLogFields();
  const id = context?.globalRequestId ?? context?.requestId ?? fields.globalRequestId ?? fields.requestId;
  return id === undefined ? {} : { 'X-Openstack-Request-Id': id };
}
