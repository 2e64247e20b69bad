import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { messageOf, ServiceError } from '../errors/kinds.js';
import { secureContext } from './certificates.js';
import type { TlsSettings } from './settings.js';

/** One HTTP request, complete. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text is sent with its length; a stream of unknown length in chunks, no faster than the other side takes it. */
  readonly body?: string | Readable | undefined;
  readonly signal: AbortSignal;
  /** `stream` leaves the body of the answer in its socket. */
  readonly answer: 'text' | 'stream';
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body; empty when a stream was asked for. */
  readonly text: string;
  /** The body that is still to come, when a stream was asked for. */
  readonly stream: Readable | undefined;
}

/** Makes requests over kept connections. Any status is an answer; only a broken connection is an error. */
export interface Transport {
  /**
   * Throws Unavailable (facts.neverSent tells that the service can't have seen the request), or the signal's
   * reason when that aborted.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes idle and busy connections. */
  close(): void;
}

/** No answer but an image is near this; more is a fault of the other side and must not fill our memory. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Under Apache's KeepAliveTimeout of 5 s: an idle connection is given up before the other side does. */
const IDLE_SOCKET_MS = 4000;

/** Failures of the connection's very start. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

/** Opens a transport with its own connections. Throws Invalid when a certificate file can't be read. */
export function createTransport(tls: TlsSettings): Transport {
  const kept = { keepAlive: true, timeout: IDLE_SOCKET_MS };
  const httpAgent = new http.Agent(kept);
  let httpsAgent: https.Agent | undefined;
  // Reading all authorities that the machine trusts takes 20 ms, which a cloud without TLS need not wait for.
  const secureAgent = (): https.Agent =>
    (httpsAgent ??= new https.Agent({ ...kept, rejectUnauthorized: !tls.insecure, secureContext: secureContext(tls) }));
  if (tls.cafile !== undefined || tls.certfile !== undefined) secureAgent();
  const client = axios.create({
    httpAgent,
    // The addresses are those of a control plane; a proxy for fetching images from outside must not get our tokens.
    proxy: false,
    // Following a redirect would need the whole body in memory, and would carry the token to wherever it points.
    maxRedirects: 0,
    maxBodyLength: -1,
    decompress: false,
    transformRequest: [],
    transformResponse: [],
    validateStatus: () => true,
  });
  return {
    send: (request) => send(client, request, request.url.startsWith('https:') ? secureAgent() : undefined),
    close: () => {
      httpAgent.destroy();
      httpsAgent?.destroy();
    },
  };
}

async function send(
  client: AxiosInstance,
  request: HttpRequest,
  httpsAgent: https.Agent | undefined,
): Promise<HttpResponse> {
  request.signal.throwIfAborted();
  try {
    const response: AxiosResponse<unknown> = await client.request({
      method: request.method,
      url: request.url,
      headers: { 'Accept-Encoding': 'identity', ...request.headers },
      data: request.body,
      signal: request.signal,
      httpsAgent,
      responseType: request.answer,
      maxContentLength: request.answer === 'text' ? MAX_TEXT_BYTES : -1,
    });
    dropUnsent(request, response);
    const stream = response.data instanceof Readable ? response.data : undefined;
    const text = typeof response.data === 'string' ? response.data : '';
    return { status: response.status, headers: plainHeaders(response), text, stream };
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason as Error;
    throw connectionFailure(error, request.url);
  }
}

/** A service may refuse an upload before it has taken it all: the rest will never be sent, nor the connection used again. */
function dropUnsent(request: HttpRequest, response: AxiosResponse): void {
  if (!(request.body instanceof Readable)) return;
  const sent: unknown = response.request;
  if (sent instanceof http.ClientRequest && !sent.writableFinished) sent.destroy();
}

/** Axios keeps the request with its token on every error, so only the code and the words are carried on. */
function connectionFailure(error: unknown, url: string): ServiceError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const { origin } = new URL(url);
  const hint = /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)
    ? ` (the server's certificate can't be verified: set cafile to the authority that signed it)`
    : '';
  const words = messageOf(error) || code;
  return new ServiceError('Unavailable', `Connection to ${origin} failed: ${words}${hint}`, {
    facts: { code, neverSent: NEVER_SENT.has(code) },
  });
}

function plainHeaders(response: AxiosResponse): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
