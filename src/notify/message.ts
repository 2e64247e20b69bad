import type { RequestContext } from '../observe/context.js';
import { contextToWire, wireTimestamp } from '../oslo/index.js';
import { notificationTimestamp } from './python-text.js';

export type Priority = 'INFO' | 'ERROR';

/** One notification, ready to go. */
export interface Notice {
  readonly eventType: string;
  readonly publisherId: string;
  readonly priority: Priority;
  /** Plain JSON without secrets. */
  readonly payload: unknown;
  readonly context: RequestContext;
  readonly at: Date;
}

/**
 * What a notification tells of its request: who and which, never the token (oslo_messaging/notify/notifier.py,
 * _sanitize_context of release 14, then nova.context.to_dict; the time is that of sending).
 */
function safeContext(context: RequestContext, at: Date): RequestContext {
  return {
    ...context,
    isAdminProject: true,
    readDeleted: 'no',
    authToken: null,
    serviceCatalog: [],
    remoteAddress: null,
    timestamp: wireTimestamp(at),
    quotaClass: null,
  };
}

/** The inner message (Notifier._notify ibidem). `uuid` makes dashed uuids; each topic's message has its own `_unique_id`. */
export function noticeMessage(notice: Notice, uuid: () => string): Readonly<Record<string, unknown>> {
  return {
    message_id: uuid(),
    publisher_id: notice.publisherId,
    event_type: notice.eventType,
    priority: notice.priority,
    payload: notice.payload,
    timestamp: notificationTimestamp(notice.at),
    ...contextToWire(safeContext(notice.context, notice.at)),
  };
}
