import { ServiceError } from '../errors/kinds.js';
import { observed, type CallObserver } from '../observe/calls.js';
import { publishNotification, type RabbitOptions, type Transport } from '../oslo/index.js';
import { limited } from '../oslo/waiting.js';
import type { NotificationSender, OutgoingNotification } from './delivery.js';

export interface BrokerSenderParts {
  /** That of `[oslo_messaging_notifications]transport_url`, or the one of the requests. */
  readonly transport: Transport;
  /** `[DEFAULT]control_exchange`; nova's is `nova`. */
  readonly exchange: string;
  /** `[oslo_messaging_notifications]retry`: -1 for ever, 0 one try, N so many more. */
  readonly retry: number;
  readonly observer: CallObserver;
  /** Makes dashed uuids. */
  readonly uuid: () => string;
}

/** How long one try to reach the broker may take. */
const TRY_MS = 5_000;

/** So many tries with kombu's pauses between them (retry_over_time, release 5.2). */
export function patienceMs(options: RabbitOptions, retry: number): number {
  const { rabbitRetryIntervalS, rabbitRetryBackoffS, rabbitIntervalMaxS } = options;
  const steps = Array.from({ length: retry }, (_, index) => rabbitRetryIntervalS + rabbitRetryBackoffS * index);
  const pausesS = steps.reduce((sum, seconds) => sum + Math.min(seconds, rabbitIntervalMaxS), 0);
  return (retry + 1) * TRY_MS + pausesS * 1000;
}

function notTaken(topic: string, ms: number): ServiceError {
  return new ServiceError('Unavailable', `RabbitMQ did not take a message for '${topic}' within ${ms / 1000} s`);
}

/** Sends notifications over RabbitMQ. Each message has a `_unique_id` of its own, by which its readers drop duplicates. */
export function brokerSender({ transport, exchange, retry, observer, uuid }: BrokerSenderParts): NotificationSender {
  const publish = ({ message, ...rest }: OutgoingNotification, signal: AbortSignal): Promise<void> => {
    const whole = { ...message, _unique_id: uuid().replaceAll('-', '') };
    return publishNotification(transport, { ...rest, exchange, message: whole }, signal);
  };
  const publishInTime = async (notification: OutgoingNotification, signal: AbortSignal): Promise<void> => {
    if (retry < 0) return publish(notification, signal);
    const ms = patienceMs(transport.options, retry);
    const limit = limited(ms, signal, () => notTaken(notification.topic, ms));
    try {
      await publish(notification, limit.signal);
    } finally {
      limit.end();
    }
  };
  return {
    send: (notification, signal) =>
      observed(observer, { system: 'rpc', name: 'notification' }, () => publishInTime(notification, signal)),
  };
}
