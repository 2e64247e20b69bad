import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unobserved, type CallObserver } from '../../../src/observe/calls.js';
import { Engine } from '../../../src/docker/engine/engine.js';

export type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => void;

/** An HTTP server on a unix socket that answers as a test tells it to, by `METHOD /path` without version and query. */
export interface ScriptedEngine {
  readonly engine: Engine;
  readonly socketPath: string;
  /** What was asked, in order. */
  readonly asked: string[];
  readonly routes: Map<string, Answer>;
  /** Stops listening and breaks what is open, as a killed engine does. */
  readonly stop: () => Promise<void>;
  readonly startAgain: () => Promise<void>;
}

export function json(status: number, body: unknown): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

export const VERSION = { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Arch: 'amd64', Os: 'linux' };

export interface ScriptOptions {
  readonly shortCallMs?: number;
  readonly observer?: CallObserver;
}

/** Runs `test` against a scripted engine and takes everything down after it. */
export async function withScriptedEngine(
  test: (scripted: ScriptedEngine) => Promise<void>,
  { shortCallMs = 5000, observer = unobserved }: ScriptOptions = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-engine-'));
  const socketPath = join(folder, 'engine.sock');
  const asked: string[] = [];
  const routes = new Map<string, Answer>([['GET /version', json(200, VERSION)]]);
  let server = await listen(socketPath, asked, routes);
  const engine = new Engine({ socketPath, shortCallMs, observer });
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const startAgain = async (): Promise<void> => {
    server = await listen(socketPath, asked, routes);
  };
  try {
    await test({ engine, socketPath, asked, routes, stop, startAgain });
  } finally {
    engine.close();
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function listen(socketPath: string, asked: string[], routes: Map<string, Answer>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '');
    const name = `${request.method ?? ''} ${path.replace(/\?.*/, '')}`;
    asked.push(name);
    const answer = routes.get(name) ?? json(404, { message: `no such thing: ${name}` });
    answer(request, response, path);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return server;
}
