import type { MovingInstance, NodeDemand, NodeMigration } from '../compute/ports/nodes.js';
import { expectObject, type Flavor, type Instance, type Migration } from '../objects/index.js';
import type { ConductorCalls } from './calls.js';
import { findInstance } from './instances.js';

/** What a flavor takes of a node; a server without an image has its root disk on a volume. */
export function demandOf(flavor: Flavor, imageRef: string | null): NodeDemand {
  return {
    vcpus: flavor.get('vcpus'),
    memoryMb: flavor.get('memory_mb'),
    swapMb: flavor.get('swap'),
    rootGb: imageRef === null || imageRef === '' ? 0 : flavor.get('root_gb'),
    ephemeralGb: flavor.get('ephemeral_gb'),
  };
}

/** Moves to or from this node that are not over, with their instances (nova/objects/migration.py, release 26). */
export async function loadMigrations(
  calls: ConductorCalls,
  withDeleted: ConductorCalls,
  host: string,
  node: string,
): Promise<readonly NodeMigration[]> {
  const list = await calls.classAction('MigrationList', 'get_in_progress_and_error', [host, node]);
  const migrations = expectObject(list, 'MigrationList', 'MigrationList.get_in_progress_and_error').get('objects');
  return Promise.all(
    migrations.map(async (migration) => {
      const uuid = migration.get('instance_uuid') ?? '';
      const attrs = ['migration_context', 'flavor', 'system_metadata'];
      return nodeMigration(migration, await findInstance(withDeleted, uuid, attrs));
    }),
  );
}

function nodeMigration(migration: Migration, instance: Instance | undefined): NodeMigration {
  return {
    id: migration.get('id'),
    uuid: migration.get('uuid'),
    instanceUuid: migration.get('instance_uuid') ?? '',
    sourceHost: migration.get('source_compute'),
    sourceNode: migration.get('source_node'),
    destHost: migration.get('dest_compute'),
    destNode: migration.get('dest_node'),
    changedAt: migration.peek('updated_at') ?? migration.get('created_at') ?? new Date(0),
    instance: instance && movingInstance(migration, instance),
  };
}

function movingInstance(migration: Migration, instance: Instance): MovingInstance {
  const demand = (flavor: Flavor | null | undefined): NodeDemand | null =>
    flavor === null || flavor === undefined ? null : demandOf(flavor, instance.get('image_ref'));
  const current = demand(instance.get('flavor'));
  return {
    vmState: instance.get('vm_state') ?? '',
    taskState: instance.get('task_state'),
    migrationId: instance.peek('migration_context')?.get('migration_id') ?? null,
    hasOldFlavor: instance.get('instance_type_id') === migration.get('old_instance_type_id'),
    oldDemand: demand(instance.peek('old_flavor')) ?? current,
    newDemand: demand(instance.peek('new_flavor')) ?? current,
  };
}
