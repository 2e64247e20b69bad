import type { ConductorFor } from '../compute/ports/conductor.js';
import type { Notifications } from '../compute/ports/notifications.js';
import type { Config } from '../config/tables.js';
import type { Logger } from '../observe/logger.js';
import type { Messaging } from './messaging.js';

export interface NotificationRoom {
  readonly notifications: Notifications;
  close(): Promise<void>;
}

export function openNotifications(
  _config: Config,
  _messaging: Messaging,
  _conductorFor: ConductorFor,
  _log: Logger,
): NotificationRoom {
  const none = { instance: () => Promise.resolve(), exception: () => Promise.resolve() };
  return { notifications: none, close: () => Promise.resolve() };
}
