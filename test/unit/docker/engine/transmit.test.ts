import { deepEqual, equal, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { EngineRequest } from '../../../../src/docker/engine/transmit.js';
import { answerDone } from '../../../../src/docker/engine/answer.js';
import { json, withScriptedEngine } from '../scriptedEngine.js';

interface Heard {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the engine hears of a request. */
async function heard(request: EngineRequest): Promise<Heard> {
  const seen: Heard[] = [];
  await withScriptedEngine(async ({ engine, routes }) => {
    routes.set(`${request.method} ${request.path}`, (incoming, response, path) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('end', () => {
        seen.push({ url: incoming.url, headers: incoming.headers, body: Buffer.concat(pieces).toString() });
        json(200, {})(incoming, response, path);
      });
    });
    await engine.short('test', async (dial) => answerDone(await dial(request)));
  });
  const [first] = seen;
  if (first === undefined) throw new Error('the engine heard nothing');
  return first;
}

describe('docker/engine/transmit', () => {
  it('sends a body as JSON, with its length in bytes', async () => {
    const { headers, body, url } = await heard({ method: 'POST', path: '/x', body: { name: 'ä' } });
    equal(body, '{"name":"ä"}');
    equal(headers['content-type'], 'application/json');
    equal(headers['content-length'], '13');
    equal(url, '/v1.41/x');
  });

  it('sends nothing without a body', async () => {
    const { headers, body } = await heard({ method: 'POST', path: '/x' });
    equal(body, '');
    equal(headers['content-type'], undefined);
  });

  it('writes every value of a query so that it cannot be taken for another', async () => {
    const { url = '' } = await heard({ method: 'GET', path: '/x', query: { a: 'b&c=d e/ä', n: 3, t: true } });
    const query = new URL(url, 'http://engine').searchParams;
    deepEqual(
      [...query],
      [
        ['a', 'b&c=d e/ä'],
        ['n', '3'],
        ['t', 'true'],
      ],
    );
  });

  it('streams an archive', async () => {
    const archive = Readable.from([Buffer.from('one'), Buffer.from('two')]);
    const { headers, body } = await heard({ method: 'POST', path: '/x', archive });
    equal(body, 'onetwo');
    equal(headers['content-type'], 'application/tar');
    equal(headers['transfer-encoding'], 'chunked');
  });

  it('hands credentials on in a header that every engine reads', async () => {
    const credentials = { username: 'u', password: '>>>???', serveraddress: 'r' };
    const { headers } = await heard({ method: 'POST', path: '/x', credentials });
    const sent = String(headers['x-registry-auth']);
    equal(/[+/]/.test(sent), false);
    deepEqual(JSON.parse(Buffer.from(sent, 'base64url').toString()), credentials);
  });

  it('ends the request with the error of an archive that breaks off', () =>
    withScriptedEngine(async ({ engine, routes }) => {
      const archive = new Readable({ read: () => undefined });
      routes.set('POST /x', (incoming) => {
        archive.destroy(new Error('broken off'));
        incoming.on('error', () => undefined);
      });
      const ended = once(archive, 'close');
      archive.push('begin');
      await rejects(
        engine.short('test', (dial) => dial({ method: 'POST', path: '/x', archive })),
        /broken off/,
      );
      await ended.catch(() => undefined);
    }));
});
