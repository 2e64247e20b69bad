// The room's door: what app.ts puts together.
export { auditPeriod, type AuditPeriod, type Period } from './audit-period.js';
export { brokerSender, type BrokerSenderParts } from './broker.js';
export { notificationDrivers, type NotificationDriver, type NotificationSender } from './delivery.js';
export { imageUrls, type GlancePlace, type ImageUrl } from './image-url.js';
export { Notifier } from './notifier.js';
export type { NotifierParts, NotifierSettings } from './settings.js';
