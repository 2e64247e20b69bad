import type { Migration } from '../../../objects/index.js';
import { objectArg } from '../../arguments.js';
import { insist } from '../../insist.js';
import type { InstanceChanges, InstanceOperation } from '../../operation.js';
import type { VmState } from '../../states.js';

/** What a request says of the migration; a repeated one asks how it is now. */
export async function migrationOf(op: InstanceOperation): Promise<Migration> {
  const told = objectArg(op.request.args, 'migration', 'Migration');
  return op.attempt === 1 ? told : op.conductor.migrations.get(told.get('id'));
}

export async function saveMigration(
  op: InstanceOperation,
  migration: Migration,
  changes: Partial<Record<'status' | 'dest_compute' | 'dest_node' | 'dest_host', string>>,
): Promise<void> {
  for (const [field, value] of Object.entries(changes)) migration.set(field as 'status', value);
  await op.conductor.migrations.save(migration);
}

/** The server goes to another host; else it stays where it is and only its limits change. */
export function isMove(migration: Migration): boolean {
  return migration.get('source_compute') !== migration.get('dest_compute');
}

/** vm_state before the resize, as prep_resize kept it. */
export function stateBefore(op: InstanceOperation): VmState {
  return (op.instance.get('system_metadata')['old_vm_state'] as VmState | undefined) ?? 'active';
}

/** The row without what a resize that is over had put there. */
export function withoutResize(op: InstanceOperation): InstanceChanges {
  const { old_vm_state: _before, ...kept } = op.instance.get('system_metadata');
  return { system_metadata: kept, migration_context: null };
}

/** What the server holds of the host that it is on is its own again, and it holds nothing of another. */
export async function heldAsBefore(op: InstanceOperation, migration: Migration): Promise<void> {
  const [from, to] = [migration.get('uuid'), op.instance.get('uuid')];
  await insist(op, 'Giving back what a resize held', () => op.parts.allocations.move(from, to));
}
