import { kindOf, messageOf, ServiceError } from '../../../errors/kinds.js';
import type { Migration } from '../../../objects/index.js';
import { objectArg } from '../../arguments.js';
import { currentInstance } from '../../recovery/verb-resume.js';
import { isGone, isStateConflict } from '../../failures.js';
import { insist } from '../../insist.js';
import { save, type InstanceChanges, type InstanceOperation } from '../../operation.js';
import type { VmState } from '../../states.js';
import { forgetImage } from '../disk-image.js';
import { flavorRow } from './flavors.js';

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

/**
 * A resize that did not begin, or did not work (so vm_state was not changed), on the host where the server runs and goes on running: everything is as it
 * was before, and the fault tells why. Differs from upstream, which leaves such a server in ERROR.
 */
export async function takeBack(
  op: InstanceOperation,
  migration: Migration,
  task: 'resize_prep' | null = null,
): Promise<void> {
  const { parts, instance } = op;
  const current = instance.peek('old_flavor') ?? instance.get('flavor');
  // Said first: whoever is interrupted here goes on taking back.
  if (migration.get('status') !== 'error') await saveMigration(op, migration, { status: 'error' });
  await heldAsBefore(op, migration);
  instance.resetChanges();
  const row = {
    ...flavorRow({ current, before: null, after: null }),
    ...withoutResize(op),
    task_state: task,
  };
  await save(op, row, task === null ? undefined : [task]);
  parts.node.usageChanged();
}

/** What the server holds of the host that it is on is its own again, and it holds nothing of another. */
export async function heldAsBefore(op: InstanceOperation, migration: Migration): Promise<void> {
  const [from, to] = [migration.get('uuid'), op.instance.get('uuid')];
  await insist(op, 'Giving back what a resize held', () => op.parts.allocations.move(from, to));
}

/**
 * A step of a resize that is not taken (again): when the server is deleted, what is held for the resize is given back. A
 * deletion knows nothing of it, and once the rows are gone nobody would find it.
 */
export async function endIfDeleted(op: InstanceOperation): Promise<void> {
  if (op.request.signal.aborted || !(await isDeleted(op))) return;
  const told = objectArg(op.request.args, 'migration', 'Migration');
  await insist(op, 'Giving back what the resize of a deleted server held', () =>
    op.parts.allocations.remove(told.get('uuid')),
  );
  await forgetImage(op, told.get('uuid'));
  try {
    const migration = await op.conductor.migrations.get(told.get('id'));
    if (IN_PROGRESS.has(migration.get('status') ?? '')) await saveMigration(op, migration, { status: 'error' });
  } catch (error) {
    // The row goes with that of the server.
    if (kindOf(error) === 'Interrupted') throw error;
    op.log.debug('The migration of a deleted server could not be closed', { reason: messageOf(error) });
  }
}

const IN_PROGRESS: ReadonlySet<string> = new Set(['accepted', 'pre-migrating', 'migrating', 'post-migrating']);

async function isDeleted(op: InstanceOperation): Promise<boolean> {
  const instance = await currentInstance(op);
  return instance === undefined || instance.get('task_state') === 'deleting' || instance.get('vm_state') === 'deleted';
}

/** What becomes of a resize that failed; throws the error unless that has been told. */
export type Failing = (op: InstanceOperation, migration: Migration, error: unknown) => Promise<void>;

const takenBack: Failing = async (op, migration, error) => {
  op.log.warn('A resize failed and is taken back', { reason: messageOf(error) });
  await takeBack(op, migration);
  throw error;
};

/** Runs a step of a resize; its failure takes the resize back. What another request does goes first. */
export async function orTakeBack(
  op: InstanceOperation,
  migration: Migration,
  step: () => Promise<void>,
  failing: Failing = takenBack,
): Promise<void> {
  try {
    if (op.attempt > 1 && migration.get('status') === 'error') throw interruptedOnTheWayBack();
    await step();
  } catch (error) {
    if (op.signal.aborted || isGone(error) || isStateConflict(error)) {
      await endIfDeleted(op);
      throw error;
    }
    await failing(op, migration, error);
  }
}

function interruptedOnTheWayBack(): ServiceError {
  return new ServiceError('Internal', 'The resize failed, and the service was restarted while it was taken back.');
}
