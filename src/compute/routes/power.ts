import type { InstanceOperation } from '../operation.js';
import type { PlainAction } from '../ports/notifications.js';
import type { Task } from '../states.js';
import { setAdminPassword, triggerCrashDump } from '../verbs/inside.js';
import { dropStart, pause, restore, resume, softDelete, start, stop, suspend, unpause } from '../verbs/power.js';
import { reboot } from '../verbs/reboot.js';
import { changing, type ResumeRule, type Route, type RouteTable } from './route.js';

type Verb = (op: InstanceOperation) => Promise<unknown>;

/** `notify`: the action's word in notifications. */
function power(method: string, verb: Verb, notify: PlainAction, resume: ResumeRule): Route {
  return changing(method, verb, { notify, resume });
}

const REBOOTING: readonly Task[] = [
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'reboot_pending_hard',
  'reboot_started_hard',
];

/** Whether a server runs. */
export const powerRoutes: RouteTable = {
  start_instance: changing('start_instance', start, {
    notify: 'power_on',
    resume: { tasks: ['powering-on'], done: ['active'] },
    dropped: dropStart,
  }),
  stop_instance: power('stop_instance', stop, 'power_off', { tasks: ['powering-off'], done: ['stopped'] }),
  reboot_instance: power('reboot_instance', reboot, 'reboot', { tasks: REBOOTING, done: ['active', 'rescued'] }),
  pause_instance: power('pause_instance', pause, 'pause', { tasks: ['pausing'], done: ['paused'] }),
  unpause_instance: power('unpause_instance', unpause, 'unpause', { tasks: ['unpausing'], done: ['active'] }),
  suspend_instance: power('suspend_instance', suspend, 'suspend', { tasks: ['suspending'], done: ['suspended'] }),
  resume_instance: power('resume_instance', resume, 'resume', { tasks: ['resuming'], done: ['active', 'stopped'] }),
  soft_delete_instance: power('soft_delete_instance', softDelete, 'soft_delete', {
    tasks: ['soft-deleting'],
    done: ['soft-delete'],
  }),
  restore_instance: power('restore_instance', restore, 'restore', { tasks: ['restoring'], done: ['active'] }),
  trigger_crash_dump: changing('trigger_crash_dump', triggerCrashDump, {
    notify: 'trigger_crash_dump',
    revertsTask: false,
  }),
  set_admin_password: changing('set_admin_password', setAdminPassword, {
    resume: { tasks: ['updating_password'], done: ['active'] },
  }),
};
