import { messageOf, ServiceError } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import { noticeMessage, type Notice } from './message.js';

/** `[oslo_messaging_notifications]driver`; several may be on at once. */
export type NotificationDriver = (typeof DRIVERS)[number];

const DRIVERS = ['messagingv2', 'messaging', 'log', 'noop'] as const;

/** The drivers named in the configuration. @throws ServiceError Invalid for one that we do not have */
export function notificationDrivers(names: readonly string[]): readonly NotificationDriver[] {
  return names.map((name) => {
    const driver = DRIVERS.find((known) => known === name);
    if (driver !== undefined) return driver;
    const problem = `[oslo_messaging_notifications]driver '${name}' is not served: use one of ${DRIVERS.join(', ')}`;
    throw new ServiceError('Invalid', problem);
  });
}

export interface OutgoingNotification {
  readonly topic: string;
  readonly priority: string;
  readonly message: Readonly<Record<string, unknown>>;
  /** Driver messagingv2; else driver messaging. */
  readonly enveloped: boolean;
}

/** The broker, as far as notifications need it. */
export interface NotificationSender {
  /**
   * Resolves when the broker has the message.
   * @throws ServiceError when it was tried as often as the operator allows; the signal's reason
   */
  send(notification: OutgoingNotification, signal: AbortSignal): Promise<void>;
}

export interface DeliveryParts {
  readonly drivers: readonly NotificationDriver[];
  readonly sender: NotificationSender;
  readonly uuid: () => string;
  readonly log: Logger;
}

/** Whether any of the drivers sends anything. */
export function isSending(drivers: readonly NotificationDriver[]): boolean {
  return drivers.some((driver) => driver !== 'noop');
}

/** oslo_messaging/notify/_impl_log.py: the message at the level of its priority. */
function writeToLog(notice: Notice, message: Readonly<Record<string, unknown>>, log: Logger): void {
  const level = notice.priority === 'ERROR' ? 'error' : 'info';
  log[level](`notification ${notice.eventType}`, { notification: message });
}

/** Sends a notice by every driver to every topic. One that cannot be sent is logged and does not keep the others from going. */
export async function deliver(
  parts: DeliveryParts,
  notice: Notice,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const message = noticeMessage(notice, parts.uuid);
  for (const driver of new Set(parts.drivers)) {
    if (driver === 'log') writeToLog(notice, message, parts.log);
    if (driver !== 'messaging' && driver !== 'messagingv2') continue;
    for (const topic of topics) {
      try {
        await parts.sender.send(
          { topic, priority: notice.priority, message, enveloped: driver === 'messagingv2' },
          signal,
        );
      } catch (error) {
        const facts = { eventType: notice.eventType, topic, reason: messageOf(error) };
        parts.log.warn('A notification is lost', facts);
      }
    }
  }
}
