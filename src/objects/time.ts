const ISO =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(?:(Z)|([+-])(\d\d):?(\d\d)?)?$/;

function offsetMs(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number {
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -ms : ms;
}

/** Did Date.UTC roll an impossible day or hour over into the next? */
function isSame(at: Date, [month, day, hour, minute]: readonly number[]): boolean {
  const found = [at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes()];
  return found.every((part, index) => part === [month, day, hour, minute][index]);
}

/**
 * Reads a time as Nova's readers do (oslo.utils timeutils.parse_isotime): with any offset or none, which means UTC.
 * Returns undefined for a text that is no time. Precision is the millisecond.
 */
export function parseIsoTime(text: string): Date | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Number((parts[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second, ms);
  if (!isSame(local, [month, day, hour, minute])) return undefined;
  return new Date(local.getTime() - offsetMs(parts[9], parts[10], parts[11]));
}

/** A time in a field of an object: no fraction of a second, `Z` (oslo.versionedobjects _utils.isotime). */
export function formatIsoTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A time outside of any object: no zone, microseconds (oslo.serialization jsonutils.to_primitive). */
export function formatBareTime(time: Date): string {
  return time.toISOString().replace(/Z$/, '000');
}
