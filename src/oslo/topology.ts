import type { RabbitOptions } from './options.js';

export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: 'topic' | 'fanout';
  readonly durable: boolean;
  readonly autoDelete: boolean;
}

export type QueueArguments = Readonly<Record<string, string | number | boolean>>;

export interface QueueDeclaration {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly arguments: QueueArguments;
}

/** A queue that we consume, and how messages get into it. */
export interface Subscription {
  readonly kind: 'topic' | 'fanout' | 'reply';
  /** Null for the default exchange: neither declared nor bound. */
  readonly exchange: ExchangeDeclaration | null;
  readonly queue: QueueDeclaration;
  readonly routingKey: string;
  readonly consumerArguments: QueueArguments;
}

function quorumArguments(options: RabbitOptions): QueueArguments {
  return {
    'x-queue-type': 'quorum',
    ...(options.rabbitQuorumDeliveryLimit > 0 && { 'x-delivery-limit': options.rabbitQuorumDeliveryLimit }),
    ...(options.rabbitQuorumMaxMemoryLength > 0 && { 'x-max-in-memory-length': options.rabbitQuorumMaxMemoryLength }),
    ...(options.rabbitQuorumMaxMemoryBytes > 0 && { 'x-max-in-memory-bytes': options.rabbitQuorumMaxMemoryBytes }),
  };
}

function topicQueueArguments(options: RabbitOptions): QueueArguments {
  return {
    ...(options.rabbitHaQueues && { 'x-ha-policy': 'all' }),
    ...(options.rabbitQuorumQueue && quorumArguments(options)),
  };
}

function transientQueueArguments(options: RabbitOptions): QueueArguments {
  return {
    ...(options.rabbitHaQueues && { 'x-ha-policy': 'all' }),
    ...(options.rabbitTransientQuorumQueue && quorumArguments(options)),
    ...(options.rabbitTransientQueuesTtlS > 0 && { 'x-expires': options.rabbitTransientQueuesTtlS * 1000 }),
  };
}

function streamArguments(options: RabbitOptions): QueueArguments {
  return {
    'x-queue-type': 'stream',
    ...(options.rabbitTransientQueuesTtlS > 0 && { 'x-max-age': `${options.rabbitTransientQueuesTtlS}s` }),
  };
}

function consumerArguments(options: RabbitOptions): QueueArguments {
  return options.enableCancelOnFailover ? { 'x-cancel-on-ha-failover': true } : {};
}

/** Exchange of calls, casts and notifications. */
export function topicExchange(options: RabbitOptions, name: string): ExchangeDeclaration {
  return {
    name,
    type: 'topic',
    durable: options.amqpDurableQueues || options.rabbitQuorumQueue,
    autoDelete: options.amqpAutoDelete,
  };
}

/** Exchange `<topic>_fanout`, the same for every control exchange. */
export function fanoutExchange(options: RabbitOptions, topic: string): ExchangeDeclaration {
  return { name: `${topic}_fanout`, type: 'fanout', durable: options.rabbitTransientQuorumQueue, autoDelete: true };
}

/** Queue named like its routing key: `<topic>`, `<topic>.<server>`, or `<topic>.<priority>` of notifications. */
export function topicSubscription(options: RabbitOptions, exchangeName: string, routingKey: string): Subscription {
  const exchange = topicExchange(options, exchangeName);
  return {
    kind: 'topic',
    exchange,
    queue: {
      name: routingKey,
      durable: exchange.durable,
      autoDelete: options.amqpAutoDelete,
      arguments: topicQueueArguments(options),
    },
    routingKey,
    consumerArguments: consumerArguments(options),
  };
}

/**
 * Our queue on `<topic>_fanout`: `<topic>_fanout_<suffix>`, transient; with `rabbit_stream_fanout` the stream
 * `<topic>_fanout` that all servers of the topic share.
 */
export function fanoutSubscription(options: RabbitOptions, topic: string, suffix: string): Subscription {
  const exchange = fanoutExchange(options, topic);
  const stream = options.rabbitStreamFanout;
  return {
    kind: 'fanout',
    exchange,
    queue: {
      name: stream ? exchange.name : `${exchange.name}_${suffix}`,
      durable: stream || options.rabbitTransientQuorumQueue,
      autoDelete: false,
      arguments: stream ? streamArguments(options) : transientQueueArguments(options),
    },
    routingKey: topic,
    consumerArguments: stream ? {} : consumerArguments(options),
  };
}

/** The queue `reply_<suffix>` of a caller, reached through the default exchange. */
export function replySubscription(options: RabbitOptions, suffix: string): Subscription {
  return {
    kind: 'reply',
    exchange: null,
    queue: {
      name: `reply_${suffix}`,
      durable: options.rabbitTransientQuorumQueue,
      autoDelete: false,
      arguments: transientQueueArguments(options),
    },
    routingKey: '',
    consumerArguments: consumerArguments(options),
  };
}

/** Whether our fanout queue goes when we stop: not if its name is stable or it is everybody's. */
export function fanoutQueueIsOurs(options: RabbitOptions): boolean {
  return !options.rabbitStreamFanout && !options.useQueueManager;
}
