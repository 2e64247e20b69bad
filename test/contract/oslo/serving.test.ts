import assert from 'node:assert/strict';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { LeaveForRetry, type RpcRequest } from '../../../src/oslo/index.js';
import { context, rigs, uniqueTopic, until, type Rig } from './rig.js';
import { anyBrokerUrl } from './shared-broker.js';

const never = (): Promise<never> => new Promise(() => {});

describe('serving', () => {
  const rig = rigs();
  let url: string;
  let us: Rig;
  let topic: string;
  let raw: ChannelModel;
  let channel: Channel;

  before(async () => {
    url = await anyBrokerUrl();
    raw = await connect(url.replace('rabbit:', 'amqp:'));
  });
  after(() => raw.close());
  beforeEach(async () => {
    us = rig(url);
    topic = uniqueTopic();
    channel = await raw.createChannel();
  });
  afterEach(() => channel.close());

  const send = (inner: object): void => {
    const body = JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(inner) });
    channel.publish('nova', `${topic}.us`, Buffer.from(body));
  };
  const noteInto = (seen: unknown[]) => (request: RpcRequest) => Promise.resolve(seen.push(request.args['n']));

  it('duplicates of casts and calls do nothing, also on a second topic with the same endpoints', async () => {
    const seen: unknown[] = [];
    const server = await us.serve(topic, { note: noteInto(seen) });
    await server.listen(`${topic}-alt`);
    for (let times = 0; times < 3; times++) await us.cast(topic, 'note', { n: 'cast' }, 'same-id');
    await us.client.cast({
      topic: `${topic}-alt`,
      server: 'us',
      version: '6.0',
      method: 'note',
      args: { n: 'alt' },
      context,
      uniqueId: 'same-id',
    });
    const call = {
      method: 'note',
      version: '6.0',
      args: { n: 'call' },
      _unique_id: 'u1',
      _msg_id: 'm1',
      _reply_q: 'reply_nowhere',
    };
    for (let times = 0; times < 3; times++) send(call);
    await us.cast(topic, 'note', { n: 'last' });
    await until(() => seen.includes('last') && seen.includes('call'));
    await us.call(topic, 'note', { n: 'end' });
    assert.deepEqual(seen.sort(), ['call', 'cast', 'end', 'last']);
  });

  it('a second topic is served until it is unlistened, while the first goes on', async () => {
    const server = await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    await server.listen(`${topic}-alt`);
    assert.deepEqual(await us.call(`${topic}-alt`, 'echo', { a: 1 }), { a: 1 });
    await server.unlisten(topic);
    await assert.rejects(us.call(topic, 'echo', {}, { timeoutMs: 500 }), { kind: 'Timeout' });
    assert.deepEqual(await us.call(`${topic}-alt`, 'echo', { a: 2 }), { a: 2 });
  });

  it('running work does not hold back what comes, even with a prefetch of one', async () => {
    const narrow = rig(url, { rabbitQosPrefetchCount: 1 });
    const waiting: (() => void)[] = [];
    await narrow.serve(topic, {
      boot: () => new Promise((resolve) => waiting.push(() => resolve('booted'))),
      event: () => Promise.resolve(waiting.splice(0).forEach((wake) => wake())),
    });
    const booting = us.call(topic, 'boot');
    await us.cast(topic, 'boot');
    await until(() => waiting.length === 2);
    await us.cast(topic, 'event');
    assert.equal(await booting, 'booted');
  });

  it('a message that cannot be read is dropped, said once, and serving goes on', async () => {
    await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    channel.publish('nova', `${topic}.us`, Buffer.from('{ geheim'));
    channel.publish('nova', `${topic}.us`, Buffer.from('geheim'), { headers: { compression: 'application/x-bz2' } });
    assert.deepEqual(await us.call(topic, 'echo', { a: 1 }), { a: 1 });
    await until(() => us.log.said('error').length === 2);
    assert.ok(!JSON.stringify(us.log.lines).includes('geheim'));
    assert.equal((await channel.checkQueue(`${topic}.us`)).messageCount, 0);
  });

  it('a bare message of an old sender is served too', async () => {
    const seen: unknown[] = [];
    await us.serve(topic, { note: noteInto(seen) });
    channel.publish(
      'nova',
      `${topic}.us`,
      Buffer.from(JSON.stringify({ method: 'note', version: '6.0', args: { n: 'bare' } })),
    );
    await until(() => seen.length === 1);
  });

  it('a reply waits for its queue; without one it is dropped, and the next to it at once', async () => {
    const patient = rig(url, { kombuMissingConsumerRetryTimeoutS: 1 });
    await patient.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    const call = (id: string, queue: string): void =>
      send({ method: 'echo', version: '6.0', args: {}, _unique_id: id, _msg_id: id, _reply_q: queue });
    const late = `${topic}-late`;
    call('u1', late);
    await channel.assertQueue(late, { durable: false, autoDelete: true });
    const replies: string[] = [];
    await channel.consume(late, (message) => void replies.push(message?.content.toString() ?? ''), { noAck: true });
    await until(() => replies.length === 1);
    call('u2', `${topic}-gone`);
    await until(() => patient.log.said('warn').length === 1);
    call('u3', `${topic}-gone`);
    await until(() => patient.log.said('debug').includes('dropped a reply to a caller that is gone'));
    assert.match(patient.log.said('warn')[0] ?? '', /reply queue is gone with its caller/);
  });

  it('a stop waits for running work and its answers', async () => {
    let end = (): void => {};
    const server = await us.serve(topic, { work: () => new Promise((resolve) => (end = () => resolve('done'))) });
    const calling = us.call(topic, 'work');
    await until(() => server.running === 1);
    const stopping = server.stop({ deadlineMs: 20_000, graceMs: 0 });
    end();
    assert.equal(await stopping, 0);
    assert.equal(await calling, 'done');
  });

  it('after the deadline handlers are told; what they leave, and what ignores them, is handed over by the next process', async () => {
    const inbox = await us.inbox();
    const handlers = {
      polite: (request: RpcRequest): Promise<unknown> =>
        new Promise((_, reject) =>
          request.signal.addEventListener('abort', () => reject(request.signal.reason as Error)),
        ),
      deaf: never,
    };
    const server = await us.serve(topic, handlers, { inbox });
    await us.cast(topic, 'polite', { n: 1 }, 'one');
    await us.cast(topic, 'deaf', { n: 2 }, 'two');
    await until(() => server.running === 2);
    assert.deepEqual(
      inbox.list().map((entry) => entry.unended),
      [1, 1],
    );
    assert.equal(await server.stop({ deadlineMs: 50, graceMs: 200 }), 1);
    assert.deepEqual(
      inbox.list().map((entry) => [entry.uniqueId, entry.unended]),
      [
        ['one', 0],
        ['two', 0],
      ],
    );
    const next = rig(url);
    const seen: RpcRequest[] = [];
    const noteAll = (request: RpcRequest): Promise<unknown> => Promise.resolve(seen.push(request));
    await next.serve(topic, { polite: noteAll, deaf: noteAll }, { inbox });
    assert.deepEqual(
      seen.map((request) => [request.uniqueId, request.attempt, request.fromInbox]),
      [
        ['one', 2, true],
        ['two', 2, true],
      ],
    );
  });

  it('a call cut off by a stop is answered', async () => {
    const server = await us.serve(topic, {
      work: (request) =>
        new Promise((_, reject) =>
          request.signal.addEventListener('abort', () => reject(new LeaveForRetry('the service stops'))),
        ),
    });
    const them = rig(url);
    const calling = assert.rejects(them.call(topic, 'work'), { message: 'the service stops' });
    await until(() => server.running === 1);
    await server.stop({ deadlineMs: 10, graceMs: 1000 });
    await calling;
  });

  it('a result too large for the broker is a failure, not a silence', async () => {
    await us.serve(topic, { big: () => Promise.resolve('x'.repeat(140 * 1024 * 1024)) });
    await assert.rejects(us.call(topic, 'big', {}, { timeoutMs: 50_000 }), {
      message: /reply could not be sent: RabbitMQ refuses a message of \d+ bytes/,
    });
  });
});
