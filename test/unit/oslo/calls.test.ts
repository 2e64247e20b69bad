import assert from 'node:assert/strict';
import sinon from 'sinon';
import { ServiceError } from '../../../src/errors/kinds.js';
import { runCall, type CallParts } from '../../../src/oslo/calls.js';
import { DeadReplyQueues } from '../../../src/oslo/dead-replies.js';
import { decodeEnvelope } from '../../../src/oslo/envelope.js';
import { decodeReply, decodeRequest, type ReplyMessage } from '../../../src/oslo/message.js';
import type { OutgoingMessage, Publisher, PublishOutcome } from '../../../src/oslo/publisher.js';
import { Replier } from '../../../src/oslo/replier.js';
import { LeaveForRetry, type RpcHandler } from '../../../src/oslo/rpc.js';
import { recordedLog } from './recorded-log.js';

const to = { messageId: 'm1', replyQueue: 'reply_1', monitorTimeoutS: null };

describe('calls and their replies', () => {
  let clock: sinon.SinonFakeTimers;
  let log: ReturnType<typeof recordedLog>;
  let sent: { message: OutgoingMessage; reply: ReplyMessage }[];
  let publish: sinon.SinonStub<[OutgoingMessage, AbortSignal?], Promise<PublishOutcome>>;
  let publishNow: sinon.SinonStub<[OutgoingMessage], Promise<PublishOutcome | undefined>>;
  let parts: CallParts;
  let ids: number;

  const serve = (handler: RpcHandler): void => {
    const endpoints = [{ namespace: null, version: '6.1', handlers: new Map([['ping', handler]]) }];
    const replier = new Replier({
      publisher: { publish, publishNow } as unknown as Publisher,
      dead: new DeadReplyQueues(() => performance.now()),
      missingQueueMs: 60_000,
      mandatory: true,
      newId: () => `id${(ids += 1)}`,
      log,
    });
    parts = {
      endpoints,
      serializer: undefined,
      newUuid: () => 'uuid',
      log,
      replier,
      signal: new AbortController().signal,
    };
  };
  const run = (changes: object = {}): Promise<void> =>
    runCall(parts, decodeRequest({ method: 'ping', version: '6.0', _unique_id: 'u', ...changes }), to);
  const failure = (): { class: string; message: string } =>
    JSON.parse(sent[0]?.reply.failure ?? 'null') as { class: string; message: string };

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    log = recordedLog();
    sent = [];
    ids = 0;
    publish = sinon.stub();
    publish.callsFake((message) => {
      sent.push({ message, reply: decodeReply(decodeEnvelope(message.body)) });
      return Promise.resolve('confirmed');
    });
    publishNow = sinon.stub();
    publishNow.callsFake((message) => publish(message));
  });
  afterEach(() => clock.restore());

  it('a result is one mandatory ending reply to the default exchange', async () => {
    serve((request) => Promise.resolve({ got: request.context.requestId }));
    await run();
    assert.deepEqual(
      sent.map(({ reply }) => reply),
      [{ messageId: 'm1', uniqueId: 'id1', result: { got: 'req-uuid' }, failure: null, ending: true }],
    );
    const { exchange, routingKey, mandatory, expirationMs } = sent[0]!.message;
    assert.deepEqual([exchange, routingKey, mandatory, expirationMs], [null, 'reply_1', true, undefined]);
  });

  it('a reply that cannot leave at once leaves when it can, once', async () => {
    publishNow.callsFake(() => Promise.resolve(undefined));
    serve(() => Promise.resolve('late'));
    await run();
    assert.deepEqual(
      sent.map(({ reply }) => reply.result),
      ['late'],
    );
    assert.equal(clock.countTimers(), 0);
  });

  it('nothing is null', async () => {
    serve(() => Promise.resolve(undefined));
    await run();
    assert.equal(sent[0]?.reply.result, null);
  });

  it('an expected error is a failure without noise in the log; a programming error is logged', async () => {
    serve(() => Promise.reject(new ServiceError('NotFound', 'no', { nova: { name: 'InstanceNotFound' } })));
    await run();
    assert.deepEqual([failure().class, log.lines], ['InstanceNotFound', []]);
    sent = [];
    serve(() => Promise.reject(new TypeError('oops')));
    await run();
    assert.deepEqual([failure().class, log.said('error')], ['TypeError', ['a call failed: oops']]);
  });

  it('a handler that throws before its first await fails the same way', async () => {
    serve(() => {
      throw new ServiceError('Invalid', 'no');
    });
    await run();
    assert.equal(failure().class, 'Invalid');
  });

  it('a call cannot be left for later', async () => {
    serve(() => Promise.reject(new LeaveForRetry('the service stops')));
    await run();
    assert.deepEqual([failure().class, failure().message], ['Unavailable', 'the service stops']);
  });

  it('a result that is not JSON is a failure', async () => {
    serve(() => Promise.resolve(10n));
    await run();
    assert.equal(failure().class, 'TypeError');
  });

  it('arguments and result pass through the serializer; what it refuses names the field', async () => {
    serve((request) => Promise.resolve(request.args['a']));
    parts = {
      ...parts,
      serializer: { deserialize: (value) => `in ${String(value)}`, serialize: (value) => `out ${String(value)}` },
    };
    await run({ args: { a: 'x' } });
    assert.equal(sent[0]?.reply.result, 'out in x');
    sent = [];
    const refuse = (): never => {
      throw new ServiceError('Invalid', 'instance.uuid is missing');
    };
    parts = { ...parts, serializer: { deserialize: refuse, serialize: (value) => value } };
    await run({ args: { a: 'x' } });
    assert.equal(failure().message, 'instance.uuid is missing');
  });

  it('heartbeats go out while a monitored call runs, and end before its reply', async () => {
    serve(() => new Promise((resolve) => setTimeout(resolve, 100_000, 'done')));
    const running = runCall(parts, decodeRequest({ method: 'ping', version: '6.0' }), { ...to, monitorTimeoutS: 60 });
    await clock.tickAsync(200_000);
    await running;
    assert.deepEqual(
      sent.map(({ reply }) => [reply.ending, reply.result]),
      [
        [false, null],
        [false, null],
        [false, null],
        [true, 'done'],
      ],
    );
    assert.equal(new Set(sent.map(({ reply }) => reply.uniqueId)).size, 4);
    assert.equal(clock.countTimers(), 0);
  });

  it('an undeliverable reply is tried every 250 ms for a minute, then its queue is dead for a minute', async () => {
    publish.resolves('unroutable');
    publish.callsFake(() => Promise.resolve('unroutable'));
    serve(() => Promise.resolve(1));
    const running = run();
    await clock.tickAsync(59_999);
    assert.equal(publish.callCount, 241);
    await clock.tickAsync(2);
    await running;
    assert.equal(log.said('warn').length, 1);
    const tried = publish.callCount;
    await run();
    assert.equal(publish.callCount, tried);
    await clock.tickAsync(60_000);
    const again = run();
    await clock.tickAsync(0);
    assert.equal(publish.callCount, tried + 2);
    await clock.tickAsync(61_000);
    await again;
    assert.equal(clock.countTimers(), 0);
  });

  it('a reply reaches a caller that comes back', async () => {
    publish.onCall(0).resolves('unroutable');
    publish.onCall(1).resolves('unroutable');
    publish.onCall(2).resolves('confirmed');
    serve(() => Promise.resolve(1));
    const running = run();
    await clock.tickAsync(1000);
    await running;
    assert.deepEqual([publish.callCount, log.lines], [3, []]);
  });

  it('a reply that the broker finds too large becomes a failure that fits', async () => {
    publish.onCall(0).rejects(new ServiceError('Invalid', 'RabbitMQ refuses a message of 999 bytes'));
    serve(() => Promise.resolve('x'.repeat(900)));
    await run();
    assert.match(failure().message, /could not be sent: RabbitMQ refuses/);
    assert.equal(log.said('error').length, 1);
  });

  it('no broker for five minutes: nobody waits any more', async () => {
    publishNow.callsFake(() => Promise.resolve(undefined));
    publish.callsFake(
      (_message, signal) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    serve(() => Promise.resolve(1));
    const running = run();
    await clock.tickAsync(300_000);
    await running;
    assert.deepEqual([log.said('error').length, clock.countTimers()], [1, 0]);
  });
});
