import type { Instance } from '../../objects/index.js';
import type { TaskState } from '../states.js';
import { byHandler, conductorOf, guarded, isOlder, isTakenCareOf, type ChoreParts } from './chore.js';

const NAME = 'poll_rebooting_instances';

const REBOOTING: readonly TaskState[] = [
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'reboot_pending_hard',
  'reboot_started_hard',
];

/**
 * A server that is said to be rebooting for longer than `reboot_timeout` is rebooted hard (nova/compute/manager.py
 * _poll_rebooting_instances, release 26). One at which we are at work is left to that work, which has times of its own.
 */
export async function rebootOverdue(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  if (settings.rebootTimeoutMs <= 0) return;
  const filter = { host: parts.settings.host, task: REBOOTING };
  const rebooting = await conductorOf(chore).instances.find(filter, [
    'metadata',
    'system_metadata',
    'info_cache',
    'flavor',
  ]);
  const now = parts.now();
  const isOverdue = (one: Instance): boolean =>
    isOlder(one.peek('updated_at'), settings.rebootTimeoutMs, now) && !isTakenCareOf(chore, one.get('uuid'));
  for (const instance of rebooting.filter(isOverdue)) {
    await guarded(chore, NAME, instance.get('uuid'), () => rebootHard(chore, instance));
  }
}

/** As nova-api would ask for it. */
async function rebootHard(chore: ChoreParts, instance: Instance): Promise<void> {
  const context = chore.ownContext();
  const conductor = conductorOf(chore, context);
  const found = instance.get('task_state') as TaskState;
  chore.parts.log.warn('A reboot takes too long; the server is rebooted hard', { task: found });
  await conductor.events.begin(instance.get('uuid'), 'reboot');
  instance.set('task_state', 'rebooting_hard');
  await conductor.instances.save(instance, { expectedTask: [found] });
  await byHandler(chore, { method: 'reboot_instance', args: { reboot_type: 'HARD' }, context }, instance);
}
