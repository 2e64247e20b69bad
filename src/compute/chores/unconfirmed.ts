import type { Instance, Migration } from '../../objects/index.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import { conductorOf, guarded, isOlder, isTakenCareOf, type ChoreParts } from './chore.js';

/** `again`: somebody is at it still; `end`: no confirmation will ever come of it. */
export type UnconfirmedDecision = 'confirm' | 'again' | 'end';

/** A request that was sent and came to nothing is sent again after so long. */
const ASKED_FOR_MS = 600_000;

/**
 * Servers that came here, or were resized here, and that nobody has confirmed for longer than `resize_confirm_window`, are
 * confirmed (nova/compute/manager.py _poll_unconfirmed_resizes, release 26): the host that they were on is asked to, as
 * nova-api would ask it, when its service is up.
 */
export async function confirmResizes(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  if (settings.confirmAfterMs <= 0) return;
  const seconds = Math.ceil(settings.confirmAfterMs / 1000);
  for (const migration of await conductorOf(chore).migrations.unconfirmed(parts.settings.host, seconds)) {
    const uuid = migration.get('instance_uuid') ?? '';
    if (chore.signal.aborted || isTakenCareOf(chore, uuid)) continue;
    await guarded(chore, 'poll_unconfirmed_resizes', uuid, () => settle(chore, migration, uuid));
  }
}

/** Undefined: the server is deleted. */
export function decideUnconfirmed(instance: Instance | undefined): UnconfirmedDecision {
  if (instance === undefined || instance.get('vm_state') === 'error') return 'end';
  const task = instance.get('task_state');
  // The migration is finished a moment before the server is.
  if (task === 'deleting' || task === 'soft-deleting' || task === 'resize_finish') return 'again';
  return instance.get('vm_state') === 'resized' && task === null ? 'confirm' : 'end';
}

async function settle(chore: ChoreParts, migration: Migration, uuid: string): Promise<void> {
  const { log } = chore.parts;
  const conductor = conductorOf(chore);
  const [instance] = await conductor.instances.find({ uuids: [uuid] }, NOVA_ATTRS);
  const decision = decideUnconfirmed(instance);
  if (decision === 'again') return;
  if (decision === 'end') {
    const states = { vmState: instance?.get('vm_state'), task: instance?.get('task_state') };
    log.warn('A resize waits for a confirmation that cannot come', { migration: migration.get('id'), ...states });
    migration.set('status', 'error');
    return conductor.migrations.save(migration);
  }
  if (instance !== undefined) await confirm(chore, migration, instance);
}

/**
 * The migration goes on saying `finished` until the other host has confirmed it, which is as good to that host; so nothing
 * is lost if this is the last that we do.
 */
async function confirm(chore: ChoreParts, migration: Migration, instance: Instance): Promise<void> {
  const { parts, settings } = chore;
  const context = chore.ownContext();
  const conductor = conductorOf(chore, context);
  const [uuid, host] = [instance.get('uuid'), migration.get('source_compute') ?? ''];
  const seenAt = host === parts.settings.host ? parts.now() : await conductor.peers.lastSeen(host);
  if (seenAt === null || isOlder(seenAt, settings.serviceDownMs, parts.now())) {
    parts.log.info('A resize is not confirmed: the host that the server was on is down', { instanceUuid: uuid, host });
    return;
  }
  parts.log.info('A resize has waited long enough and is confirmed', { instanceUuid: uuid, host });
  await conductor.events.begin(uuid, 'confirmResize');
  const turn = Math.floor(parts.now().getTime() / ASKED_FOR_MS);
  const uniqueId = `${migration.get('uuid')}-confirm-${turn}`;
  await conductor.peers.cast({ host, method: 'confirm_resize', args: { instance, migration } }, uniqueId);
}
