import type { FieldName, Instance } from '../objects/index.js';

/** Field of a payload -> the instance's field that it repeats. */
export type Columns = Readonly<Record<string, FieldName<'Instance'>>>;

/** The payload's fields with the instance's values; null for what is unset: no notification is worth a lost one. */
export function columnsOf(instance: Instance, columns: Columns): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(columns).map(([to, from]) => [to, instance.peek(from) ?? null]));
}
