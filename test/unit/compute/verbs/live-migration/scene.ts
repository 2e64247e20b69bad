import { createHandlers } from '../../../../../src/compute/manager.js';
import { create, type FieldsOf, type Migration } from '../../../../../src/objects/index.js';
import { HOST, makeInstance, makeRequest, novaError, UUID, type fakeParts } from '../../parts.js';

export type Fake = ReturnType<typeof fakeParts>;

export const MIGRATION = '44444444-4444-4444-8444-444444444444';
export const OTHER = 'host-2';

/** `to`: where it goes; the other one is where it comes from. */
export function migration(to: string, status: string): Migration {
  const from = to === HOST ? OTHER : HOST;
  const places = { source_compute: from, source_node: from, dest_compute: to, dest_node: to };
  const made = create('Migration', {
    ...{ id: 7, uuid: MIGRATION, instance_uuid: UUID, migration_type: 'live-migration', status },
    ...places,
  });
  made.resetChanges();
  return made;
}

export function migrateData() {
  return create('HyperVLiveMigrateData', { is_shared_instance_path: false, is_volume_backed: false });
}

export interface Asked {
  readonly to: string;
  readonly row?: Partial<FieldsOf<'Instance'>>;
  readonly status?: string;
  readonly args?: Record<string, unknown>;
  readonly attempt?: number;
  readonly isCall?: boolean;
  /** Of server and migration there are no rows any more. */
  readonly isGone?: boolean;
  /** As conductor sends the row, where it is not as in the database. */
  readonly sent?: Partial<FieldsOf<'Instance'>>;
}

/** A request about a server that moves. */
export async function run(fake: Fake, method: string, asked: Asked): Promise<unknown> {
  const { to, row = {}, status = 'accepted', args = {}, attempt = 1, isCall = false, sent = {} } = asked;
  const make = () =>
    makeInstance({ task_state: 'migrating', host: to === HOST ? OTHER : HOST, migration_context: null, ...row });
  fake.conductor.instances.get.resolves(make());
  fake.conductor.migrations.get.resolves(migration(to, status));
  if (asked.isGone === true) {
    fake.conductor.instances.get.rejects(novaError('InstanceNotFound'));
    fake.conductor.migrations.get.rejects(novaError('MigrationNotFound'));
  }
  const instance = make();
  for (const [field, value] of Object.entries(sent)) instance.set(field as 'availability_zone', value as string);
  const all = { instance, migration: migration(to, status), migrate_data: migrateData(), ...args };
  return createHandlers(fake.parts).get(method)?.(makeRequest(method, all, { attempt, isCall }));
}

type Sent = { host: string; method: string; args: Record<string, unknown> };

export function casts(fake: Fake): readonly string[] {
  return (fake.conductor.peers.cast.args as [Sent][]).map(([{ host, method }]) => `${method} to ${host}`);
}

export function lastCast(fake: Fake): Sent {
  const [sent] = fake.conductor.peers.cast.args.at(-1) as [Sent];
  return sent;
}

export function last(fake: Fake): Readonly<Record<string, unknown>> {
  return fake.saved.at(-1)?.fields ?? {};
}

/** Statuses that the migration was given, in order. */
export function watchStatuses(fake: Fake): readonly (string | null)[] {
  const statuses: (string | null)[] = [];
  fake.conductor.migrations.save.callsFake((one: Migration) => {
    statuses.push(one.get('status'));
    return Promise.resolve();
  });
  return statuses;
}
