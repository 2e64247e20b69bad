import type { MigrationStore } from '../compute/ports/conductor.js';
import { expectObject } from '../objects/index.js';
import type { ConductorCalls } from './calls.js';

/** What is neither over nor waits for its user. */
const UNDER_WAY = [
  ...['accepted', 'pre-migrating', 'migrating', 'post-migrating'],
  // Of live migrations.
  ...['queued', 'preparing', 'running'],
];

/** Rows of migrations (nova/objects/migration.py, release 26). */
export function createMigrationStore(calls: ConductorCalls): MigrationStore {
  return {
    async get(id) {
      const found = await calls.classAction('Migration', 'get_by_id', [id]);
      return expectObject(found, 'Migration', 'Migration.get_by_id');
    },
    async evacuatedFrom(host) {
      const status = ['accepted', 'pre-migrating', 'done'];
      const filters = { source_compute: host, status, migration_type: 'evacuation' };
      const list = await calls.classAction('MigrationList', 'get_by_filters', [filters]);
      return expectObject(list, 'MigrationList', 'MigrationList.get_by_filters').get('objects');
    },
    async underWay(instanceUuid) {
      const filters = { instance_uuid: instanceUuid, status: UNDER_WAY };
      const list = await calls.classAction('MigrationList', 'get_by_filters', [filters]);
      return expectObject(list, 'MigrationList', 'MigrationList.get_by_filters').get('objects');
    },
    async unconfirmed(host, forSeconds) {
      const name = 'get_unconfirmed_by_dest_compute';
      const list = await calls.classAction('MigrationList', name, [forSeconds, host]);
      return expectObject(list, 'MigrationList', `MigrationList.${name}`).get('objects');
    },
    async save(migration) {
      if (migration.changes().length === 0) return;
      await calls.objectAction(migration, 'save');
    },
  };
}
