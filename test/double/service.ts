import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the double was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What it shall answer; a function takes the connection into its own hands. */
export type Scripted =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | ((request: http.IncomingMessage, response: http.ServerResponse) => void);

export interface Service {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** An HTTP service on loopback that answers as `answer` says. Bodies of scripted functions are not read. */
export async function startService(answer: (asked: Asked) => Scripted): Promise<Service> {
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    void serve(request, response, asked, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  asked: Asked[],
  answer: (asked: Asked) => Scripted,
): Promise<void> {
  const head = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
  const streamed = request.headers['transfer-encoding'] === 'chunked';
  const entry = { ...head, body: streamed ? '' : await text(request) };
  asked.push(entry);
  const script = answer(entry);
  if (typeof script === 'function') {
    script(request, response);
    return;
  }
  if (streamed) request.resume();
  const body = typeof script.body === 'string' || script.body === undefined ? script.body : JSON.stringify(script.body);
  response.writeHead(script.status, { 'Content-Type': 'application/json', ...script.headers });
  response.end(body);
}

/** What Keystone answers to a password: a token with a catalogue. */
export function tokenAnswer(token: string, expiresAt: Date, endpoints: Readonly<Record<string, string>>): Scripted {
  const catalog = Object.entries(endpoints).map(([type, url]) => ({
    type,
    name: type,
    id: type,
    endpoints: [{ id: type, interface: 'internal', region: 'RegionOne', region_id: 'RegionOne', url }],
  }));
  const body = { token: { methods: ['password'], expires_at: expiresAt.toISOString(), catalog } };
  return { status: 201, headers: { 'X-Subject-Token': token }, body };
}
