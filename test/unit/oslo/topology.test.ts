import assert from 'node:assert/strict';
import { DEFAULT_RABBIT_OPTIONS, type RabbitOptions } from '../../../src/oslo/options.js';
import {
  fanoutExchange,
  fanoutQueueIsOurs,
  fanoutSubscription,
  replySubscription,
  topicExchange,
  topicSubscription,
} from '../../../src/oslo/topology.js';

type Changes = Partial<RabbitOptions>;
const options = (changes: Changes): RabbitOptions => ({ ...DEFAULT_RABBIT_OPTIONS, ...changes });
const expires = { 'x-expires': 1_800_000 };
const quorum = { 'x-queue-type': 'quorum' };

describe('what is declared, by option', () => {
  const topicQueues: readonly [Changes, { durable: boolean; autoDelete: boolean; arguments: object }][] = [
    [{}, { durable: false, autoDelete: false, arguments: {} }],
    [{ amqpDurableQueues: true }, { durable: true, autoDelete: false, arguments: {} }],
    [{ amqpAutoDelete: true }, { durable: false, autoDelete: true, arguments: {} }],
    [{ rabbitHaQueues: true }, { durable: false, autoDelete: false, arguments: { 'x-ha-policy': 'all' } }],
    [{ rabbitQuorumQueue: true }, { durable: true, autoDelete: false, arguments: quorum }],
    [
      {
        rabbitQuorumQueue: true,
        rabbitQuorumDeliveryLimit: 3,
        rabbitQuorumMaxMemoryLength: 4,
        rabbitQuorumMaxMemoryBytes: 5,
      },
      {
        durable: true,
        autoDelete: false,
        arguments: { ...quorum, 'x-delivery-limit': 3, 'x-max-in-memory-length': 4, 'x-max-in-memory-bytes': 5 },
      },
    ],
    [
      { rabbitTransientQuorumQueue: true, rabbitQuorumDeliveryLimit: 3 },
      { durable: false, autoDelete: false, arguments: {} },
    ],
  ];
  for (const [changes, queue] of topicQueues) {
    it(`topic queue and exchange with ${JSON.stringify(changes)}`, () => {
      const subscription = topicSubscription(options(changes), 'nova', 'compute.h');
      assert.deepEqual(subscription.queue, { name: 'compute.h', ...queue });
      assert.equal(subscription.routingKey, 'compute.h');
      assert.deepEqual(subscription.exchange, {
        name: 'nova',
        type: 'topic',
        durable: queue.durable,
        autoDelete: queue.autoDelete,
      });
      assert.deepEqual(topicExchange(options(changes), 'nova'), subscription.exchange);
    });
  }

  const transient: readonly [Changes, { durable: boolean; arguments: object }][] = [
    [{}, { durable: false, arguments: expires }],
    [
      { amqpDurableQueues: true, amqpAutoDelete: true },
      { durable: false, arguments: expires },
    ],
    [{ rabbitQuorumQueue: true }, { durable: false, arguments: expires }],
    [{ rabbitTransientQueuesTtlS: 0 }, { durable: false, arguments: {} }],
    [
      { rabbitHaQueues: true, rabbitTransientQueuesTtlS: 60 },
      { durable: false, arguments: { 'x-ha-policy': 'all', 'x-expires': 60_000 } },
    ],
    [
      { rabbitTransientQuorumQueue: true, rabbitQuorumDeliveryLimit: 3 },
      { durable: true, arguments: { ...quorum, 'x-delivery-limit': 3, ...expires } },
    ],
  ];
  for (const [changes, queue] of transient) {
    it(`reply and fanout queue with ${JSON.stringify(changes)}`, () => {
      const reply = replySubscription(options(changes), 'ab');
      assert.deepEqual(reply.queue, { name: 'reply_ab', autoDelete: false, ...queue });
      assert.equal(reply.exchange, null);
      const fanout = fanoutSubscription(options(changes), 'compute', 'ab');
      assert.deepEqual(fanout.queue, { name: 'compute_fanout_ab', autoDelete: false, ...queue });
      assert.deepEqual(fanout.exchange, {
        name: 'compute_fanout',
        type: 'fanout',
        durable: queue.durable,
        autoDelete: true,
      });
      assert.deepEqual(fanoutExchange(options(changes), 'compute'), fanout.exchange);
      assert.equal(fanout.routingKey, 'compute');
    });
  }

  it('the fanout stream is shared and durable, and old messages go by age', () => {
    const changes = options({ rabbitStreamFanout: true, rabbitTransientQuorumQueue: true, rabbitQosPrefetchCount: 5 });
    assert.deepEqual(fanoutSubscription(changes, 'compute', 'ab').queue, {
      name: 'compute_fanout',
      durable: true,
      autoDelete: false,
      arguments: { 'x-queue-type': 'stream', 'x-max-age': '1800s' },
    });
    assert.deepEqual(
      fanoutSubscription({ ...changes, rabbitTransientQueuesTtlS: 0 }, 'compute', 'ab').queue.arguments,
      { 'x-queue-type': 'stream' },
    );
  });

  it('consumers ask for a cancel on failover when told to', () => {
    const asked = { 'x-cancel-on-ha-failover': true };
    assert.deepEqual(
      topicSubscription(options({ enableCancelOnFailover: true }), 'nova', 't').consumerArguments,
      asked,
    );
    assert.deepEqual(topicSubscription(options({}), 'nova', 't').consumerArguments, {});
  });

  it('a fanout queue of stable name, or everybody’s, outlives us', () => {
    assert.equal(fanoutQueueIsOurs(options({})), true);
    assert.equal(fanoutQueueIsOurs(options({ useQueueManager: true })), false);
    assert.equal(fanoutQueueIsOurs(options({ rabbitStreamFanout: true })), false);
  });
});
