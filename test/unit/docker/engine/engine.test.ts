import { deepEqual, equal, rejects } from 'node:assert/strict';
import { ServiceError, type ErrorKind } from '../../../../src/errors/kinds.js';
import { createContainer, inspectContainer, listContainers } from '../../../../src/docker/engine/containers.js';
import { VERSION, json, withScriptedEngine } from '../scriptedEngine.js';

const INSPECT = 'GET /containers/c1/json';

function ofKind(kind: ErrorKind, text: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.kind === kind && text.test(error.message);
}

describe('docker/engine', () => {
  const statuses: [number, ErrorKind][] = [
    [400, 'Invalid'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [409, 'Conflict'],
    [500, 'Internal'],
    [501, 'Unsupported'],
    [503, 'Unavailable'],
  ];
  for (const [status, kind] of statuses) {
    it(`takes ${status} for ${kind}, with the engine's words`, () =>
      withScriptedEngine(async ({ engine, routes }) => {
        routes.set(INSPECT, json(status, { message: 'what it says' }));
        await rejects(inspectContainer(engine, 'c1'), ofKind(kind, /^what it says$/));
      }));
  }

  it('is Unavailable when nobody listens, and works again when somebody does', () =>
    withScriptedEngine(async ({ engine, routes, stop, startAgain }) => {
      routes.set(INSPECT, json(200, { Id: 'c1' }));
      await stop();
      await rejects(inspectContainer(engine, 'c1'), ofKind('Unavailable', /does not answer/));
      await startAgain();
      equal((await inspectContainer(engine, 'c1')).Id, 'c1');
    }));

  it('is Unavailable when the engine dies in the middle of an answer', () =>
    withScriptedEngine(async ({ engine, routes }) => {
      routes.set(INSPECT, (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"Id":', () => response.destroy());
      });
      await rejects(inspectContainer(engine, 'c1'), ofKind('Unavailable', /ECONNRESET/));
    }));

  it('gives up a short call after its time', () =>
    withScriptedEngine(
      async ({ engine, routes }) => {
        routes.set(INSPECT, () => undefined);
        await rejects(inspectContainer(engine, 'c1'), ofKind('Timeout', /container\.inspect/));
      },
      { shortCallMs: 30 },
    ));

  it("ends a call with the caller's reason when its signal aborts", () =>
    withScriptedEngine(async ({ engine, routes }) => {
      const caller = new AbortController();
      const reason = new Error('nobody waits any more');
      routes.set('POST /containers/create', () => {
        caller.abort(reason);
      });
      await rejects(createContainer(engine, 'n', {}, caller.signal), reason);
      await rejects(createContainer(engine, 'n', {}, caller.signal), reason);
    }));

  it('speaks the newest version that both know, asked once by calls side by side', () =>
    withScriptedEngine(async ({ engine, routes, asked }) => {
      routes.set('GET /version', json(200, { ...VERSION, ApiVersion: '1.48', MinAPIVersion: '1.24' }));
      const urls: (string | undefined)[] = [];
      routes.set('GET /containers/json', (request, response) => {
        urls.push(request.url);
        response.end('[]');
      });
      await Promise.all([listContainers(engine, 'a=b'), listContainers(engine, 'a=b')]);
      equal(asked.filter((name) => name === 'GET /version').length, 1);
      equal(urls[0]?.startsWith('/v1.48/containers/json?'), true);
      deepEqual(JSON.parse(new URL(`http://engine${urls[0] ?? ''}`).searchParams.get('filters') ?? ''), {
        label: ['a=b'],
      });
    }));

  for (const [version, text] of [
    [{ ...VERSION, Version: '19.03', ApiVersion: '1.40' }, /too old/],
    [{ ...VERSION, Version: '40', ApiVersion: '1.99', MinAPIVersion: '1.60' }, /answers only API 1\.60/],
  ] as const) {
    it(`refuses engine ${version.Version} with what to do`, () =>
      withScriptedEngine(async ({ engine, routes }) => {
        routes.set('GET /version', json(200, version));
        await rejects(inspectContainer(engine, 'c1'), ofKind('Unsupported', text));
      }));
  }

  it('tells the observer of every call, its name and how it ended', async () => {
    const seen: string[] = [];
    const observer =
      ({ system, name }: { system: string; name: string }) =>
      (outcome: string) => {
        seen.push(`${system} ${name} ${outcome}`);
      };
    await withScriptedEngine(
      async ({ engine, routes }) => {
        routes.set('GET /containers/json', json(200, []));
        await listContainers(engine, 'a=b');
        await rejects(inspectContainer(engine, 'c1'));
      },
      { observer },
    );
    const calls = ['system.version ok', 'container.list ok', 'container.inspect NotFound'];
    deepEqual(
      seen,
      calls.map((call) => `engine ${call}`),
    );
  });

  it('does not follow DOCKER_HOST of the environment', async () => {
    const before = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'tcp://127.0.0.1:1';
    try {
      await withScriptedEngine(async ({ engine, routes }) => {
        routes.set(INSPECT, json(200, { Id: 'c1' }));
        equal((await inspectContainer(engine, 'c1')).Id, 'c1');
      });
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
    }
  });
});
