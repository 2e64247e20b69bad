import { createHandlers } from '../../../../src/compute/manager.js';
import type { ChoreParts } from '../../../../src/compute/chores/chore.js';
import type { ChoreSettings } from '../../../../src/compute/chores/settings.js';
import type { FieldsOf, Instance } from '../../../../src/objects/index.js';
import { fakeParts, makeInstance, makeRequest } from '../parts.js';

/** A time so many minutes before the `now` of fakeParts. */
export const ago = (minutes: number): Date => new Date(Date.parse('2026-11-22T12:00:00Z') - minutes * 60_000);

const MINUTE_MS = 60_000;

const SETTINGS: ChoreSettings = {
  buildTimeoutMs: 10 * MINUTE_MS,
  rebootTimeoutMs: 10 * MINUTE_MS,
  rescueTimeoutMs: 10 * MINUTE_MS,
  confirmAfterMs: 10 * MINUTE_MS,
  serviceDownMs: MINUTE_MS,
  shelvedOffloadTimeMs: 10 * MINUTE_MS,
  reclaimIntervalMs: 10 * MINUTE_MS,
  deletedAction: 'reap',
  deletedTimeoutMs: 0,
  maxDeleteAttempts: 5,
  orphanAction: 'log',
  auditsUsage: true,
  auditPeriod: () => ({ begin: ago(120), end: ago(60) }),
};

/** What chores work with, over parts in which everything works; a test changes what it is about. */
export function setUp(settings: Partial<ChoreSettings> = {}) {
  const fake = fakeParts();
  const requested = new Set<string>();
  const asked: { readonly method: string; readonly args: Readonly<Record<string, unknown>> }[] = [];
  const handlers = new Map(
    [...createHandlers(fake.parts).keys()].map((method) => [
      method,
      ({ args }: { args: Readonly<Record<string, unknown>> }) => {
        asked.push({ method, args });
        return Promise.resolve(undefined);
      },
    ]),
  );
  const chore: ChoreParts = {
    parts: fake.parts,
    handlers,
    settings: { ...SETTINGS, ...settings },
    ownContext: () => makeRequest('x', {}).context,
    requested: () => requested,
    signal: new AbortController().signal,
  };
  /** Conductor knows this instance, by filter and by uuid. */
  const knows = (fields: Partial<FieldsOf<'Instance'>>): Instance => {
    const instance = makeInstance(fields);
    fake.conductor.instances.find.resolves([instance]);
    fake.conductor.instances.get.resolves(makeInstance(fields));
    return instance;
  };
  /** Verbs that nova-api would have asked for. */
  const methods = (): readonly string[] => asked.map(({ method }) => method);
  return { fake, chore, requested, asked, methods, knows };
}
