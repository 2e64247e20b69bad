import type { MigrationStore } from '../compute/ports/conductor.js';
import { expectObject } from '../objects/index.js';
import type { ConductorCalls } from './calls.js';

/** Rows of migrations (nova/objects/migration.py, release 26). */
export function createMigrationStore(calls: ConductorCalls): MigrationStore {
  return {
    async get(id) {
      const found = await calls.classAction('Migration', 'get_by_id', [id]);
      return expectObject(found, 'Migration', 'Migration.get_by_id');
    },
    async save(migration) {
      if (migration.changes().length === 0) return;
      await calls.objectAction(migration, 'save');
    },
  };
}
