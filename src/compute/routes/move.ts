import type { VmState } from '../states.js';
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
const NO_LIVE_MIGRATION = 'Running containers are not moved between hosts.';

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

  check_can_live_migrate_destination: asking('check_can_live_migrate_destination', refuseMigration(NO_LIVE_MIGRATION)),
  check_can_live_migrate_source: asking('check_can_live_migrate_source', refuseMigration(NO_LIVE_MIGRATION)),
  pre_live_migration: asking('pre_live_migration', refuse(NO_LIVE_MIGRATION)),
  live_migration: changing('live_migration', refuse(NO_LIVE_MIGRATION)),
  live_migration_force_complete: asking('live_migration_force_complete', refuse(NO_LIVE_MIGRATION)),
  live_migration_abort: asking('live_migration_abort', refuse(NO_LIVE_MIGRATION)),
  post_live_migration_at_destination: asking('post_live_migration_at_destination', refuse(NO_LIVE_MIGRATION)),
  rollback_live_migration_at_destination: asking('rollback_live_migration_at_destination', refuse(NO_LIVE_MIGRATION)),
  drop_move_claim_at_destination: asking('drop_move_claim_at_destination', refuse(NO_LIVE_MIGRATION)),

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
