import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createHash } from 'node:crypto';
import { kindOf, messageOf } from '../../../src/errors/kinds.js';
import type { RestCall } from '../../../src/openstack/call.js';
import type { Scripted } from '../../double/service.js';
import { failure, startBench, type Bench } from './session-double.js';

const DOWN: RestCall = { name: 'image.download', method: 'GET', path: '/file' };
const UP: RestCall = { name: 'image.upload', method: 'PUT', path: '/file' };
const MEBIBYTE = 1024 * 1024;

/** A source that never ends by itself, and remembers how much it was asked for. */
function endless(): { readonly stream: Readable; given: () => number } {
  let given = 0;
  const stream = new Readable({
    read() {
      given += 65536;
      this.push(Buffer.alloc(65536, 1));
    },
  });
  stream.on('error', () => {});
  return { stream, given: () => given };
}

describe('openstack image data', () => {
  let bench: Bench;
  const start = async (answer: Scripted, stallTimeoutMs = 5000, timeoutMs = 5000) =>
    (bench = await startBench({ answer: () => answer, limits: { stallTimeoutMs, timeoutMs, retries: 0 } }));
  afterEach(() => bench.close());

  describe('down', () => {
    it('arrives as it was sent', async () => {
      const data = Buffer.alloc(3 * MEBIBYTE, 'abcdefg');
      await start((_request, response) => response.writeHead(200, { 'Content-Length': data.length }).end(data));
      const { stream } = await bench.session.download(DOWN);
      assert.deepEqual(await buffer(stream), data);
    });

    it('is a Timeout when no byte comes any more', async () => {
      await start((_request, response) => response.writeHead(200).write('begin'), 50);
      const { stream } = await bench.session.download(DOWN);
      const error = await failure(buffer(stream));
      assert.equal(kindOf(error), 'Timeout');
      assert.equal(messageOf(error), 'placement image.download: no data for 0.05 s');
    });

    it('is no Timeout when only its reader is slow', async () => {
      const data = Buffer.alloc(MEBIBYTE, 'x');
      await start((_request, response) => response.writeHead(200).end(data), 40);
      const { stream } = await bench.session.download(DOWN);
      const idle = new AbortController();
      const slow = once(stream, 'error', { signal: idle.signal });
      setTimeout(() => idle.abort(), 120);
      await assert.rejects(slow, { name: 'AbortError' });
      assert.equal((await buffer(stream)).length, data.length);
    });

    it('is an error when the connection ends early', async () => {
      await start((_request, response) => {
        response.writeHead(200, { 'Content-Length': 1000 });
        response.write('half', () => response.socket?.destroy());
      });
      const { stream } = await bench.session.download(DOWN);
      const error = await failure(buffer(stream));
      assert.equal(kindOf(error), 'Unavailable');
      assert.match(messageOf(error), /image.download: the data ended early/);
    });

    it('ends with the reason of the signal, and closes the connection', async () => {
      let closed: Promise<unknown> = Promise.resolve();
      await start((request, response) => {
        closed = once(request.socket, 'close');
        response.writeHead(200).write('begin');
      });
      const controller = new AbortController();
      const { stream } = await bench.session.download({ ...DOWN, signal: controller.signal });
      const reason = new Error('enough');
      const work = failure(buffer(stream));
      controller.abort(reason);
      assert.equal(await work, reason);
      await closed;
    });

    it('closes the connection when its reader goes', async () => {
      let closed: Promise<unknown> = Promise.resolve();
      await start((request, response) => {
        closed = once(request.socket, 'close');
        response.writeHead(200).write('begin');
      });
      const { stream } = await bench.session.download(DOWN);
      stream.destroy();
      await closed;
    });

    it('does not run out of time once it has begun', async () => {
      await start(
        (_request, response) => {
          response.writeHead(200).write('a');
          setTimeout(() => response.end('b'), 100);
        },
        5000,
        60,
      );
      const { stream } = await bench.session.download(DOWN);
      assert.equal((await buffer(stream)).toString(), 'ab');
    });

    it('translates a refusal', async () => {
      await start({
        status: 404,
        body: '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1>No image.<br/></body></html>',
      });
      const error = await failure(bench.session.download(DOWN));
      assert.equal(messageOf(error), 'placement refused image.download: No image. (HTTP 404)');
    });
  });

  describe('up', () => {
    it('arrives as it was given, in chunks', async () => {
      const hash = createHash('sha256');
      let chunked: string | undefined;
      await start((request, response) => {
        chunked = request.headers['transfer-encoding'];
        request.on('data', (chunk: Buffer) => hash.update(chunk));
        request.on('end', () => response.writeHead(204).end());
      });
      const data = Buffer.alloc(3 * MEBIBYTE, 'abcdefg');
      await bench.session.upload(UP, Readable.from([data.subarray(0, MEBIBYTE), data.subarray(MEBIBYTE)]));
      assert.equal(chunked, 'chunked');
      assert.equal(hash.digest('hex'), createHash('sha256').update(data).digest('hex'));
    });

    it('asks no more of its source than the service takes, and is a Timeout when it takes nothing', async () => {
      await start(() => {}, 100);
      const source = endless();
      const error = await failure(bench.session.upload(UP, source.stream));
      assert.equal(kindOf(error), 'Timeout');
      assert.match(messageOf(error), /the transfer did not move for 0.1 s/);
      assert.ok(source.given() < 64 * MEBIBYTE, `took ${source.given()} bytes`);
      assert.ok(source.stream.destroyed);
    });

    it("is the source's own error when that fails", async () => {
      let gone: Promise<unknown> = Promise.resolve();
      await start((request) => {
        gone = once(request.socket, 'close');
        request.on('error', () => {});
        request.resume();
      });
      const broken = new Error('disk on fire');
      const source = new Readable({
        read() {
          this.push('some');
          setImmediate(() => this.destroy(broken));
        },
      });
      assert.equal(await failure(bench.session.upload(UP, source)), broken);
      await gone;
    });

    it('ends its source when the service refuses half way', async () => {
      await start((request, response) => {
        request.once('data', () => response.writeHead(413, { 'Content-Type': 'text/plain' }).end('too much'));
      });
      const source = endless();
      const error = await failure(bench.session.upload(UP, source.stream));
      assert.equal(kindOf(error), 'Invalid');
      assert.ok(source.stream.destroyed);
    });

    it('ends its source when the caller gives up, or has already', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      await start((request) => request.once('data', () => controller.abort(reason)));
      for (const source of [endless(), endless()]) {
        assert.equal(await failure(bench.session.upload({ ...UP, signal: controller.signal }, source.stream)), reason);
        assert.ok(source.stream.destroyed);
      }
    });

    it('is not said again', async () => {
      await start({ status: 503 });
      await failure(bench.session.upload(UP, Readable.from(['x'])));
      assert.equal(bench.service.asked.length, 1);
    });
  });
});
