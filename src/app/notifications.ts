import { randomUUID } from 'node:crypto';
import type { ConductorFor } from '../compute/ports/conductor.js';
import type { Notifications } from '../compute/ports/notifications.js';
import { secretTexts } from '../config/secrets.js';
import type { Config } from '../config/tables.js';
import {
  auditPeriod,
  brokerSender,
  imageUrls,
  notificationDrivers,
  Notifier,
  type NotifierSettings,
} from '../notify/index.js';
import type { CallObserver } from '../observe/calls.js';
import type { Logger } from '../observe/logger.js';
import { createRedactor } from '../observe/redact.js';
import { parseTransportUrl, Transport } from '../oslo/index.js';
import type { Messaging } from './messaging.js';
import { rabbitOptions } from './settings.js';

export interface NotificationRoom {
  readonly notifications: Notifications;
  /** Sends what still waits, for a moment at the most. */
  close(): Promise<void>;
}

export interface NotificationParts {
  readonly config: Config;
  readonly messaging: Messaging;
  readonly conductorFor: ConductorFor;
  readonly observer: CallObserver;
  readonly log: Logger;
}

/** How many may wait for the broker before further ones are lost. */
const CAPACITY = 1000;
const FLUSH_MS = 2000;

export function openNotifications({
  config,
  messaging,
  conductorFor,
  observer,
  log,
}: NotificationParts): NotificationRoom {
  const own = config.oslo_messaging_notifications.transport_url;
  const transport = own === undefined ? messaging.transport : openTransport(config, own, log);
  const notifier = new Notifier({
    settings: settingsOf(config),
    sender: brokerSender({
      transport,
      exchange: config.DEFAULT.control_exchange,
      retry: config.oslo_messaging_notifications.retry,
      observer,
      uuid: randomUUID,
    }),
    conductorFor,
    imageUrl: imageUrls({
      apiServers: config.glance.api_servers ?? [],
      endpointOverride: config.glance.endpoint_override ?? null,
      regionName: config.glance.region_name ?? null,
      validInterfaces: config.glance.valid_interfaces,
    }),
    redactor: createRedactor(secretTexts(config)),
    now: () => new Date(),
    uuid: randomUUID,
    log,
  });
  return {
    notifications: notifier,
    close: async () => {
      await notifier.close(AbortSignal.timeout(FLUSH_MS));
      if (own !== undefined) await transport.close();
    },
  };
}

function openTransport(config: Config, url: string, log: Logger): Transport {
  const transport = new Transport({
    url: parseTransportUrl(url),
    options: rabbitOptions(config),
    program: 'nova-compute-docker',
    log,
  });
  transport.start();
  return transport;
}

function settingsOf({ DEFAULT, notifications, oslo_messaging_notifications: messaging }: Config): NotifierSettings {
  return {
    host: DEFAULT.host,
    drivers: notificationDrivers(messaging.driver),
    format: notifications.notification_format,
    topics: messaging.topics,
    versionedTopics: notifications.versioned_notifications_topics,
    withBlockDevices: notifications.bdms_in_notifications,
    auditPeriod: auditPeriod(DEFAULT.instance_usage_audit_period),
    instanceNameTemplate: DEFAULT.instance_name_template,
    capacity: CAPACITY,
  };
}
