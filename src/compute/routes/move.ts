import type { VmState } from '../states.js';
import { arrive, leaveNothingHere } from '../verbs/live-migration/arrive.js';
import { checkDestination, checkSource } from '../verbs/live-migration/check.js';
import { depart } from '../verbs/live-migration/depart.js';
import { abortMigration, forceComplete } from '../verbs/live-migration/hurry.js';
import { leaveBehind } from '../verbs/live-migration/leave.js';
import { prepare } from '../verbs/live-migration/prepare.js';
import { comeBack } from '../verbs/live-migration/take-back.js';
import { confirmResize } from '../verbs/resize/confirm.js';
import { finishResize } from '../verbs/resize/finish.js';
import { endIfOvertaken } from '../verbs/resize/overtaken.js';
import { prepResize } from '../verbs/resize/prep.js';
import { resize } from '../verbs/resize/resize.js';
import { finishRevertResize, revertResize } from '../verbs/resize/revert.js';
import { refuse, refuseMigration } from '../verbs/unsupported.js';
import { changing, onHost, type InstanceRoute, type Route, type RouteTable } from './route.js';

const RESIZED: readonly VmState[] = ['resized'];
const NOT_YET = 'This compute service does not do that yet.';
/** Steps of a live migration: each looks how far it has come, and gives the task back or leaves it to who goes on. */
const HANDED_ON = { revertsTask: false, resume: 'own' } as const;
const BESIDE = { revertsTask: false, locked: false, resume: 'own' } as const;
const NO_CLAIM = 'Live migrations of containers claim nothing beside their allocations.';

/** Without a revert of task_state: conductor does that, or the migration's own end. */
function asking(method: string, run: InstanceRoute['run']): Route {
  return changing(method, run, { revertsTask: false });
}

/** Resize and migration. */
export const moveRoutes: RouteTable = {
  prep_resize: changing('prep_resize', prepResize, {
    resume: {
      mayBeElsewhere: true,
      tasks: ['resize_prep'],
      handedOn: ['resize_migrating', 'resize_migrated', 'resize_finish'],
      done: RESIZED,
    },
    dropped: endIfOvertaken,
  }),
  resize_instance: changing('resize_instance', resize, {
    notify: 'resize',
    resume: {
      mayBeElsewhere: true,
      tasks: ['resize_prep', 'resize_migrating', 'resize_migrated'],
      ...{ handedOn: ['resize_finish'], done: RESIZED },
    },
    dropped: endIfOvertaken,
  }),
  finish_resize: changing('finish_resize', finishResize, {
    // A failure takes the resize back, in which somebody else may have a part still.
    revertsTask: false,
    notify: 'resize_finish',
    resume: { tasks: ['resize_migrated', 'resize_finish', 'resize_reverting'], done: RESIZED },
    dropped: endIfOvertaken,
  }),
  confirm_resize: changing('confirm_resize', confirmResize, {
    revertsTask: false,
    notify: 'resize_confirm',
    // What the user asks for next, once the row is confirmed, must not keep the rest from being done.
    resume: 'own',
  }),
  revert_resize: changing('revert_resize', revertResize, {
    resume: { tasks: ['resize_reverting'], done: ['active', 'stopped'], mayBeElsewhere: true },
  }),
  finish_revert_resize: changing('finish_revert_resize', finishRevertResize, {
    notify: 'resize_revert',
    resume: { tasks: ['resize_reverting'], done: ['active', 'stopped'], mayBeElsewhere: true },
  }),
  // Disks of containers are on one host only.
  check_instance_shared_storage: onHost(() => Promise.resolve(false)),

  check_can_live_migrate_destination: asking('check_can_live_migrate_destination', checkDestination),
  check_can_live_migrate_source: asking('check_can_live_migrate_source', checkSource),
  pre_live_migration: asking('pre_live_migration', prepare),
  live_migration: changing('live_migration', depart, HANDED_ON),
  // Not in the server's turn, which the migration has.
  live_migration_force_complete: changing('live_migration_force_complete', forceComplete, BESIDE),
  live_migration_abort: changing('live_migration_abort', abortMigration, BESIDE),
  post_live_migration_at_destination: changing('post_live_migration_at_destination', arrive, HANDED_ON),
  rollback_live_migration_at_destination: changing(
    'rollback_live_migration_at_destination',
    leaveNothingHere,
    HANDED_ON,
  ),
  drop_move_claim_at_destination: asking('drop_move_claim_at_destination', refuse(NO_CLAIM)),
  // Of this service's own hosts only: how what they handed on has ended.
  post_live_migration_at_source: changing('post_live_migration_at_source', leaveBehind, HANDED_ON),
  rollback_live_migration_at_source: changing('rollback_live_migration_at_source', comeBack, HANDED_ON),

  prep_snapshot_based_resize_at_dest: asking('prep_snapshot_based_resize_at_dest', refuseMigration(NOT_YET)),
  prep_snapshot_based_resize_at_source: changing('prep_snapshot_based_resize_at_source', refuse(NOT_YET)),
  finish_snapshot_based_resize_at_dest: changing('finish_snapshot_based_resize_at_dest', refuse(NOT_YET)),
  confirm_snapshot_based_resize_at_source: asking('confirm_snapshot_based_resize_at_source', refuse(NOT_YET)),
  revert_snapshot_based_resize_at_dest: changing('revert_snapshot_based_resize_at_dest', refuse(NOT_YET)),
  finish_revert_snapshot_based_resize_at_source: changing(
    'finish_revert_snapshot_based_resize_at_source',
    refuse(NOT_YET),
  ),
};
