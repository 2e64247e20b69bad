import type { ConductorFor } from '../compute/ports/conductor.js';
import type { Logger } from '../observe/logger.js';
import type { Redactor } from '../observe/redact.js';
import type { AuditPeriod } from './audit-period.js';
import type { NotificationDriver, NotificationSender } from './delivery.js';
import type { ImageUrl } from './image-url.js';

/** `[oslo_messaging_notifications]` and `[notifications]`, as far as a compute service goes by them. */
export interface NotifierSettings {
  readonly host: string;
  /** None, or only `noop`: nothing is sent. */
  readonly drivers: readonly NotificationDriver[];
  readonly format: 'unversioned' | 'versioned' | 'both';
  readonly topics: readonly string[];
  readonly versionedTopics: readonly string[];
  /** `bdms_in_notifications`: look block devices up where the caller has none at hand. */
  readonly withBlockDevices: boolean;
  readonly auditPeriod: AuditPeriod;
  readonly instanceNameTemplate: string;
  /** How many may wait for the broker before further ones are lost. */
  readonly capacity: number;
}

export interface NotifierParts {
  readonly settings: NotifierSettings;
  readonly sender: NotificationSender;
  readonly conductorFor: ConductorFor;
  readonly imageUrl: ImageUrl;
  /** The log's: it knows the secrets of the configuration. */
  readonly redactor: Redactor;
  readonly now: () => Date;
  /** Makes dashed uuids. */
  readonly uuid: () => string;
  readonly log: Logger;
}
