import { option, repeatedOption, type Section } from '../option.js';
import { list } from '../values/containers.js';
import { boolean, integer, oneOf, string } from '../values/scalars.js';
import { rabbit } from './default/messaging.js';

/** oslo_messaging/notify/notifier.py, release 14 */
export const messagingNotifications = {
  help: 'Sending notifications.',
  options: {
    driver: repeatedOption(string(), {
      oldNames: [{ group: 'DEFAULT', name: 'notification_driver' }],
      help: 'How notifications are sent: messagingv2 or messaging over the broker, log into the log, noop not at all.',
    }),
    transport_url: option(rabbit, {
      secret: true,
      oldNames: [{ group: 'DEFAULT', name: 'notification_transport_url' }],
      help: 'The broker for notifications. Unset: the one of [DEFAULT]transport_url.',
    }),
    topics: option(list(), {
      default: ['notifications'],
      oldNames: [
        { group: 'rpc_notifier2', name: 'topics' },
        { group: 'DEFAULT', name: 'notification_topics' },
      ],
      help: 'Topics to which unversioned notifications go.',
    }),
    retry: option(integer({ min: -1 }), {
      default: -1,
      help: 'How often sending a notification is tried again. -1: for ever, 0: not at all.',
    }),
  },
} satisfies Section;

/** nova/conf/notifications.py */
export const notifications = {
  help: "What Nova's notifications contain.",
  options: {
    notification_format: option(oneOf('both', 'versioned', 'unversioned'), {
      default: 'unversioned',
      oldNames: [{ group: 'DEFAULT' }],
      help: 'Which kinds of notifications are sent.',
    }),
    notify_on_state_change: option(oneOf('vm_state', 'vm_and_task_state'), {
      oldNames: [{ group: 'DEFAULT' }],
      help: 'Send compute.instance.update when the state of an instance changes. Unset: do not.',
      idle: 'nova-conductor sends them',
    }),
    default_level: option(oneOf('DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL'), {
      default: 'INFO',
      oldNames: [{ group: 'DEFAULT', name: 'default_notification_level' }],
      help: 'Level of notifications that have none of their own.',
      idle: 'each has a level of its own',
    }),
    versioned_notifications_topics: option(list(), {
      default: ['versioned_notifications'],
      help: 'Topics to which versioned notifications go.',
    }),
    bdms_in_notifications: option(boolean(), {
      default: false,
      help: 'Include the block devices in versioned notifications of instances.',
    }),
  },
} satisfies Section;
