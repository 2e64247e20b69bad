import { encodeBare, encodeEnvelope, type WireObject } from './envelope.js';
import { topicSubscription } from './topology.js';
import type { Transport } from './transport.js';

export interface Notification {
  readonly exchange: string;
  /** `notifications`, `versioned_notifications` or another of `[oslo_messaging_notifications]topics`. */
  readonly topic: string;
  /** `INFO`, `ERROR` …; in lower case the last part of the routing key. */
  readonly priority: string;
  /** The whole inner message, `_unique_id` and context included. */
  readonly message: WireObject;
  /** Driver `messagingv2`: true; driver `messaging`: false. */
  readonly enveloped: boolean;
}

/**
 * Publishes to `<topic>.<priority>`, whose queue is declared and bound with the exchange, so that nothing is lost
 * before its first reader comes (impl_rabbit.py, notify_send, release 14).
 * @throws the signal's reason
 */
export async function publishNotification(
  transport: Transport,
  notification: Notification,
  signal?: AbortSignal,
): Promise<void> {
  const { exchange, topic, priority, message, enveloped } = notification;
  const routingKey = `${topic}.${priority.toLowerCase()}`;
  const queue = topicSubscription(transport.options, exchange, routingKey);
  const body = enveloped ? encodeEnvelope(message) : encodeBare(message);
  await transport.publisher.publish({ exchange: queue.exchange, queue, routingKey, body }, signal);
}
