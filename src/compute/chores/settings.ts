import type { Period } from '../ports/conductor.js';

/** What is done to a container whose instance is deleted. */
export type DeletedAction = 'reap' | 'shutdown' | 'log' | 'noop';

/** What the operator set about periodic work. Read anew in every pass: it may change while the service runs. */
export interface ChoreSettings {
  /** Longest time for a build; 0: any. */
  readonly buildTimeoutMs: number;
  /** Longest time for a reboot; 0: any. */
  readonly rebootTimeoutMs: number;
  /** Longest time in rescue; 0: any. */
  readonly rescueTimeoutMs: number;
  /** Resizes are confirmed after this time; 0: never. */
  readonly confirmAfterMs: number;
  /** A service that has not reported for so long is down. */
  readonly serviceDownMs: number;
  /** Shelved instances leave the host after this time; 0 or less: not by periodic work. */
  readonly shelvedOffloadTimeMs: number;
  /** Soft-deleted instances are deleted after this time; 0 or less: they stay. */
  readonly reclaimIntervalMs: number;
  readonly deletedAction: DeletedAction;
  /** How long an instance must have been deleted before that is done. */
  readonly deletedTimeoutMs: number;
  readonly maxDeleteAttempts: number;
  readonly orphanAction: 'log' | 'remove';
  readonly auditsUsage: boolean;
  /** The last completed audit period before a time. */
  readonly auditPeriod: (now: Date) => Period;
}
