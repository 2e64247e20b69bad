import assert from 'node:assert/strict';
import sinon from 'sinon';
import { BrokerConnection } from '../../../src/oslo/broker-connection.js';
import { newBrokerKnowledge } from '../../../src/oslo/declare.js';
import { DEFAULT_RABBIT_OPTIONS, type RabbitOptions } from '../../../src/oslo/options.js';
import { Publisher, type OutgoingMessage } from '../../../src/oslo/publisher.js';
import { publishUntilRouted } from '../../../src/oslo/routed.js';
import { fanoutExchange, topicExchange } from '../../../src/oslo/topology.js';
import { closedWith, FakeConnection, type FakeChannel } from './fake-broker.js';
import { recordedLog } from './recorded-log.js';

describe('publisher', () => {
  let clock: sinon.SinonFakeTimers;
  let fake: FakeConnection;
  let connection: BrokerConnection;
  let log: ReturnType<typeof recordedLog>;
  const message: OutgoingMessage = {
    exchange: topicExchange(DEFAULT_RABBIT_OPTIONS, 'nova'),
    routingKey: 'compute.h',
    body: Buffer.from('body'),
    mandatory: true,
  };
  const channel = (): FakeChannel => fake.channels.at(-1)!;
  const publisher = (options: Partial<RabbitOptions> = {}): Publisher =>
    new Publisher({
      connection,
      options: { ...DEFAULT_RABBIT_OPTIONS, ...options },
      knowledge: newBrokerKnowledge(),
      log,
    });
  const settle = (): Promise<number> => clock.tickAsync(0);

  beforeEach(async () => {
    clock = sinon.useFakeTimers();
    log = recordedLog();
    fake = new FakeConnection();
    const dial = () => Promise.resolve(fake.asModel());
    connection = new BrokerConnection({
      purpose: 'send',
      options: DEFAULT_RABBIT_OPTIONS,
      dial,
      setup: () => Promise.resolve(),
      log,
    });
    connection.start();
    await connection.session();
  });
  afterEach(async () => {
    await connection.close();
    clock.restore();
  });

  it('declares the exchange once per channel, and resolves when the broker has confirmed', async () => {
    const sender = publisher();
    const sending = Promise.all([sender.publish(message), sender.publish(message)]);
    await settle();
    assert.deepEqual([channel().declared, channel().published.length], [['nova'], 2]);
    for (const { confirm } of channel().published) confirm(null);
    assert.deepEqual(await sending, ['confirmed', 'confirmed']);
  });

  it('declares a fanout exchange every time: it goes with its last queue', async () => {
    const sender = publisher();
    const fanout = { ...message, exchange: fanoutExchange(DEFAULT_RABBIT_OPTIONS, 'scheduler') };
    for (const _ of [1, 2]) {
      const sending = sender.publish(fanout);
      await settle();
      channel().published.at(-1)?.confirm(null);
      await sending;
    }
    assert.deepEqual(channel().declared, ['scheduler_fanout', 'scheduler_fanout']);
  });

  it('tells a returned message from its neighbours', async () => {
    const sender = publisher();
    const other = { ...message, body: Buffer.from('other') };
    const sending = Promise.all([
      sender.publish(message),
      sender.publish(other),
      sender.publish({ ...message, routingKey: 'compute.x' }),
    ]);
    await settle();
    channel().emit('return', { fields: { routingKey: 'compute.h' }, content: Buffer.from('other') });
    for (const { confirm } of channel().published) confirm(null);
    assert.deepEqual(await sending, ['confirmed', 'unroutable', 'confirmed']);
  });

  it('sends again, the same body, what was not confirmed when the channel went', async () => {
    const sending = publisher().publish(message);
    await settle();
    channel().die();
    await clock.tickAsync(5000);
    assert.deepEqual(
      [fake.channels.length, channel().declared, channel().published[0]?.content],
      [2, ['nova'], message.body],
    );
    channel().published[0]?.confirm(null);
    assert.equal(await sending, 'confirmed');
  });

  it('sends again after a nack, with a pause', async () => {
    const sending = publisher().publish(message);
    await settle();
    channel().published[0]?.confirm(new Error('message nacked'));
    await settle();
    assert.equal(channel().published.length, 1);
    await clock.tickAsync(500);
    channel().published[1]?.confirm(null);
    assert.equal(await sending, 'confirmed');
  });

  it('gives up on a message that the broker refuses three times', async () => {
    const sending = assert.rejects(publisher().publish(message), {
      kind: 'Invalid',
      message: /refuses a message of 4 bytes for 'compute\.h': PRECONDITION_FAILED/,
    });
    for (let times = 0; times < 3; times++) {
      await clock.tickAsync(10_000);
      channel().die(closedWith(406, 'PRECONDITION_FAILED - message size 4 is larger than configured max size 1'));
    }
    await sending;
  });

  it('an exchange that exists with other flags is used as it is', async () => {
    const sender = publisher();
    channel().refuseDeclarations = closedWith(
      406,
      "PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'nova'",
    );
    const sending = sender.publish(message);
    await clock.tickAsync(5000);
    assert.deepEqual([channel().declared, channel().published.length], [[], 1]);
    channel().published[0]?.confirm(null);
    await sending;
    assert.match(log.said('warn').join(), /set amqp_durable_queues/);
    // Gone, says the broker: from now on it is declared again.
    const again = sender.publish(message);
    await settle();
    channel().die(closedWith(404, 'NOT_FOUND'));
    await clock.tickAsync(30_000);
    assert.deepEqual(channel().declared, ['nova']);
    channel().published[0]?.confirm(null);
    await again;
  });

  it('ends with its signal, whether it waits for a broker or for a confirm', async () => {
    const controller = new AbortController();
    const sending = assert.rejects(publisher().publish(message, controller.signal), { message: 'enough' });
    await settle();
    controller.abort(new Error('enough'));
    await sending;
    assert.equal(channel().published.length, 1);
  });

  describe('at once', () => {
    const direct: OutgoingMessage = { ...message, exchange: null };

    it('resolves with the confirm, and tells a message that came back', async () => {
      const sender = publisher();
      const other = { ...direct, body: Buffer.from('other') };
      const sending = Promise.all([sender.publishNow(direct), sender.publishNow(other)]);
      channel().emit('return', { fields: { routingKey: 'compute.h' }, content: other.body });
      for (const { confirm } of channel().published) confirm(null);
      assert.deepEqual(await sending, ['confirmed', 'unroutable']);
    });

    it('sends what publish sends', async () => {
      const sender = publisher({ kombuCompression: 'gzip' });
      const sending = [sender.publishNow(direct), sender.publish(direct)];
      await settle();
      const [now, later] = channel().published.map(({ confirm, ...sent }) => (confirm(null), sent));
      assert.deepEqual(now, later);
      await Promise.all(sending);
    });

    it('leaves to publish what it cannot do: declare, wait for a broker, try again', async () => {
      const sender = publisher();
      assert.equal(await sender.publishNow(message), undefined);
      assert.equal(channel().published.length, 0);
      const nacked = sender.publishNow(direct);
      channel().published[0]?.confirm(new Error('message nacked'));
      assert.equal(await nacked, undefined);
      const lost = sender.publishNow(direct);
      channel().die();
      assert.equal(await lost, undefined);
      assert.equal(await sender.publishNow(direct), undefined);
    });
  });

  it('compresses, and says so in a header', async () => {
    const sending = publisher({ kombuCompression: 'gzip' }).publish(message);
    await settle();
    const [sent] = channel().published;
    assert.deepEqual(sent?.options['headers'], { compression: 'application/x-gzip' });
    assert.notDeepEqual(sent?.content, message.body);
    sent?.confirm(null);
    await sending;
  });

  it('a message that no queue takes is sent again until one does, or until patience ends', async () => {
    const answer = async (returned: boolean): Promise<void> => {
      await settle();
      const sent = channel().published.at(-1);
      if (returned) channel().emit('return', { fields: { routingKey: 'compute.h' }, content: message.body });
      sent?.confirm(null);
      await clock.tickAsync(250);
    };
    const late = publishUntilRouted(publisher(), message, { signal: undefined, patienceMs: 60_000 });
    for (const returned of [true, true, false]) await answer(returned);
    assert.equal(await late, 'confirmed');
    const told = sinon.stub();
    const never = publishUntilRouted(publisher(), message, { signal: undefined, patienceMs: 600, onUnroutable: told });
    for (const returned of [true, true, true, true]) await answer(returned);
    assert.deepEqual([await never, told.callCount], ['unroutable', 4]);
  });
});
