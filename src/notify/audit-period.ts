import { ServiceError } from '../errors/kinds.js';

export interface Period {
  readonly begin: Date;
  readonly end: Date;
}

/** Tells the last completed audit period before a time. */
export type AuditPeriod = (now: Date) => Period;

type Unit = 'hour' | 'day' | 'month' | 'year';

/** The largest offset that exists in every such unit. */
const LARGEST_OFFSETS: Readonly<Record<Unit, number>> = { hour: 59, day: 23, month: 28, year: 12 };

/** The beginning of the audit unit that lies `back` units before the one of `now`. */
function beginning(unit: Unit, offset: number, now: Date, back: number): Date {
  const [year, month, day, hour] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), now.getUTCHours()];
  switch (unit) {
    case 'hour':
      return new Date(Date.UTC(year, month, day, hour - back, offset));
    case 'day':
      return new Date(Date.UTC(year, month, day - back, offset));
    case 'month':
      return new Date(Date.UTC(year, month - back, offset || 1));
    case 'year':
      return new Date(Date.UTC(year - back, (offset || 1) - 1, 1));
  }
}

/**
 * `[DEFAULT]instance_usage_audit_period`: `hour`, `day`, `month` or `year`, maybe with an offset (`month@15` begins on
 * the 15th, `day@18` at 18:00, all in UTC), as nova/utils.py last_completed_audit_period of release 26 reads it.
 * @throws ServiceError Invalid for anything else, also for a day that not every month has.
 */
export function auditPeriod(setting: string): AuditPeriod {
  const parts = /^(hour|day|month|year)(?:@(\d+))?$/.exec(setting);
  const unit = parts?.[1] as Unit | undefined;
  const offset = Number(parts?.[2] ?? 0);
  if (unit === undefined || offset > LARGEST_OFFSETS[unit]) {
    const limits = Object.entries(LARGEST_OFFSETS).map(([name, most]) => `${name}@${most}`);
    throw new ServiceError(
      'Invalid',
      `instance_usage_audit_period '${setting}': must be hour, day, month or year, with an offset of at most ${limits.join(', ')}`,
    );
  }
  return (now) => {
    const back = beginning(unit, offset, now, 0) >= now ? 1 : 0;
    return { begin: beginning(unit, offset, now, back + 1), end: beginning(unit, offset, now, back) };
  };
}
