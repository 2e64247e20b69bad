import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Which of the doubles, or real services, was asked. */
export type ServiceName = 'keystone' | 'placement' | 'glance';

/** One request and its answer. Tokens are replaced by who they stand for, addresses of services by `{{name}}`. */
export interface Exchange {
  readonly service: ServiceName;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Whose token it came with. */
  readonly as: 'nobody' | 'service' | 'user' | 'stranger';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Headers that say something. */
const REQUEST_HEADERS = ['openstack-api-version', 'content-type', 'transfer-encoding', 'x-openstack-request-id'];
const RESPONSE_HEADERS = ['content-type', 'x-openstack-request-id', 'openstack-api-version', 'content-md5'];

export interface Tokens {
  readonly service: ReadonlySet<string>;
  readonly user: string;
}

/** A request as it is recorded and compared. */
export async function readRequest(
  request: http.IncomingMessage,
  tokens: Tokens,
): Promise<RecordedRequest & { raw: Buffer }> {
  const raw = await buffer(request);
  const token = request.headers['x-auth-token'];
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    as: whose(typeof token === 'string' ? token : undefined, tokens),
    headers: pick(request.headers, REQUEST_HEADERS),
    body: masked(bodyOf(raw, request.headers['content-type'])),
    raw,
  };
}

function whose(token: string | undefined, tokens: Tokens): RecordedRequest['as'] {
  if (token === undefined) return 'nobody';
  if (token === tokens.user) return 'user';
  return tokens.service.has(token) ? 'service' : 'stranger';
}

/** An answer as it is recorded. */
export function recordedResponse(status: number, headers: http.IncomingHttpHeaders, raw: Buffer): RecordedResponse {
  return { status, headers: pick(headers, RESPONSE_HEADERS), body: bodyOf(raw, headers['content-type']) };
}

function pick(headers: http.IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])] as const])),
  );
}

function bodyOf(raw: Buffer, type: string | undefined): unknown {
  if (raw.length === 0) return undefined;
  const text = raw.toString('utf8');
  return type !== undefined && /json/.test(type) ? (JSON.parse(text) as unknown) : text;
}

/** No password goes into a recording. */
function masked(body: unknown): unknown {
  if (body === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (key === 'password' && typeof value === 'string' ? '***' : value)),
  ) as unknown;
}

export interface Replay {
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** When its first token was issued; tokens are valid at that time only. */
  readonly at: Date;
  /** Fails unless all of the recording was asked for, and nothing else. */
  verify(): void;
  close(): Promise<void>;
}

/** First group of the ids of images in recordings. */
export const RECORDED_IMAGES = 'dddddddd';

/** Tokens that the replay hands out and expects. */
export const REPLAY_TOKENS = { service: 'service-token', user: 'user-token' } as const;

/**
 * Plays the services of a recording. Each request must be one of those that were recorded and not asked for yet, in
 * method, path, headers and body; only what is asked at the same time may come in another order.
 */
export async function startReplay(recording: readonly Exchange[]): Promise<Replay> {
  const left = [...recording];
  const strange: string[] = [];
  const tokens: Tokens = { service: new Set([REPLAY_TOKENS.service]), user: REPLAY_TOKENS.user };
  const urls = {} as Record<ServiceName, string>;
  const serve = async (service: ServiceName, request: http.IncomingMessage, response: http.ServerResponse) => {
    const { raw: _raw, ...asked } = await readRequest(request, tokens);
    const found = left.findIndex((exchange) => exchange.service === service && same(exchange.request, asked));
    const [exchange] = found === -1 ? [] : left.splice(found, 1);
    if (exchange === undefined) {
      strange.push(`${service} ${JSON.stringify(asked)}`);
      response.writeHead(599).end('not in the recording');
      return;
    }
    const subject = service === 'keystone' ? { 'x-subject-token': REPLAY_TOKENS.service } : {};
    response.writeHead(exchange.response.status, { ...exchange.response.headers, ...subject });
    response.end(textOf(exchange.response, urls));
  };
  const servers = await Promise.all(
    (['keystone', 'placement', 'glance'] as const).map(async (service) => {
      const server = http.createServer((request, response) => void serve(service, request, response));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      urls[service] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return server;
    }),
  );
  return {
    urls,
    at: issuedAt(recording),
    verify: () => {
      assert.deepEqual(strange, [], 'requests that were not recorded');
      assert.deepEqual(
        left.map(({ service, request }) => `${service} ${request.method} ${request.path}`),
        [],
        'recorded requests that did not come',
      );
    },
    close: async () => {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}

function issuedAt(recording: readonly Exchange[]): Date {
  for (const { service, response } of recording) {
    const body = response.body as { token?: { issued_at?: string } } | undefined;
    if (service === 'keystone' && body?.token?.issued_at !== undefined) return new Date(body.token.issued_at);
  }
  return new Date();
}

function same(recorded: RecordedRequest, asked: RecordedRequest): boolean {
  return JSON.stringify(sorted(recorded)) === JSON.stringify(sorted(asked));
}

function sorted(request: RecordedRequest): unknown {
  const headers = Object.entries(request.headers).sort(([a], [b]) => a.localeCompare(b));
  return [request.method, request.path, request.as, headers, request.body];
}

function textOf(response: RecordedResponse, urls: Readonly<Record<ServiceName, string>>): string {
  if (response.body === undefined) return '';
  const text = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
  return text.replace(/\{\{(keystone|placement|glance)\}\}/g, (_all, name: ServiceName) => urls[name]);
}
