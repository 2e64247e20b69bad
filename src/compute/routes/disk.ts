import type { Task } from '../states.js';
import { cacheImages } from '../verbs/cache-images.js';
import { dropImaging } from '../verbs/disk-image.js';
import { dropEvacuation, evacuate } from '../verbs/evacuate.js';
import { isEvacuation, rebuild, REBUILD_TASKS } from '../verbs/rebuild.js';
import { rescue, unrescue } from '../verbs/rescue.js';
import { offload, shelve } from '../verbs/shelve.js';
import { backup, snapshot } from '../verbs/snapshot.js';
import { dropUnshelving, unshelve } from '../verbs/unshelve.js';
import { refuse } from '../verbs/unsupported.js';
import { changing, onHost, type InstanceRoute, type Route, type RouteTable } from './route.js';

const NO_QUIESCE = { name: 'InstanceQuiesceNotSupported', code: 409 };

/** An image of a server, which stays what it was. */
function imaging(method: string, verb: InstanceRoute['run'], before: Task): Route {
  return changing(method, verb, {
    limit: 'snapshots',
    resume: {
      tasks: [before, 'image_pending_upload', 'image_uploading'],
      done: ['active', 'stopped', 'paused', 'suspended'],
    },
    dropped: dropImaging,
  });
}

/** What a server's file system is made of: images in and out. */
export const diskRoutes: RouteTable = {
  rebuild_instance: changing('rebuild_instance', (op) => (isEvacuation(op.request.args) ? evacuate(op) : rebuild(op)), {
    notify: 'rebuild',
    resume: { tasks: REBUILD_TASKS, done: ['active', 'stopped'], mayBeElsewhere: isEvacuation },
    dropped: async (op) => (isEvacuation(op.request.args) ? dropEvacuation(op) : undefined),
  }),
  rescue_instance: changing('rescue_instance', rescue, {
    limit: 'builds',
    resume: { tasks: ['rescuing'], done: ['rescued'] },
  }),
  unrescue_instance: changing('unrescue_instance', unrescue, {
    notify: 'unrescue',
    resume: { tasks: ['unrescuing'], done: ['active'] },
  }),
  snapshot_instance: imaging('snapshot_instance', snapshot, 'image_snapshot_pending'),
  backup_instance: imaging('backup_instance', backup, 'image_backup'),
  shelve_instance: changing('shelve_instance', shelve, {
    limit: 'snapshots',
    resume: {
      tasks: ['shelving', 'shelving_image_pending_upload', 'shelving_image_uploading', 'shelving_offloading'],
      done: ['shelved', 'shelved_offloaded'],
      mayBeNowhere: true,
    },
    dropped: dropImaging,
  }),
  shelve_offload_instance: changing('shelve_offload_instance', offload, {
    resume: { tasks: ['shelving', 'shelving_offloading'], done: ['shelved_offloaded'], mayBeNowhere: true },
  }),
  unshelve_instance: changing('unshelve_instance', unshelve, {
    limit: 'builds',
    resume: { tasks: ['unshelving', 'spawning'], done: ['active'], mayBeNowhere: true },
    dropped: dropUnshelving,
  }),
  quiesce_instance: onHost(refuse('Quiescing is not supported for containers.', NO_QUIESCE)),
  unquiesce_instance: onHost(refuse('Quiescing is not supported for containers.', NO_QUIESCE)),
  cache_images: onHost(cacheImages),
};
