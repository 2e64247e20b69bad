import type { Instance } from '../../objects/index.js';
import type { Conductor } from '../ports/conductor.js';
import { conductorOf, guarded, isTakenCareOf, type ChoreParts } from './chore.js';
import { remainsOnHost, removeRemains, type Remains } from './remains.js';

/** Where the row keeps how often it was tried. */
const ATTEMPTS = 'clean_attempts';

/**
 * Deleted servers of which nobody has said yet that nothing of them is left here: what is left is removed, at most
 * `maximum_instance_delete_attempts` times (nova/compute/manager.py _run_pending_deletes, release 26).
 */
export async function cleanAfterDeletes(chore: ChoreParts): Promise<void> {
  const { parts, settings } = chore;
  const conductor = conductorOf(chore, { ...chore.ownContext(), readDeleted: 'yes' });
  const filter = { host: parts.settings.host, deleted: true, cleaned: false };
  const unclean = await conductor.instances.find(filter, ['system_metadata']);
  const due = unclean.filter(
    (one) => attemptsOf(one) < settings.maxDeleteAttempts && !isTakenCareOf(chore, one.get('uuid')),
  );
  if (due.length === 0) return;
  const remains = await remainsOnHost(parts);
  for (const instance of due) {
    const uuid = instance.get('uuid');
    const work = (): Promise<void> => clean({ chore, conductor }, instance, remains.get(uuid));
    await guarded(chore, 'run_pending_deletes', uuid, () => parts.locks.run(uuid, work));
  }
}

function attemptsOf(instance: Instance): number {
  return Number(instance.get('system_metadata')[ATTEMPTS] ?? 0) || 0;
}

async function clean(
  { chore, conductor }: { readonly chore: ChoreParts; readonly conductor: Conductor },
  instance: Instance,
  remains: Remains | undefined,
): Promise<void> {
  const error = await removeRemains(chore.parts, instance.get('uuid'), remains).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const attempts = String(attemptsOf(instance) + 1);
  instance.set('system_metadata', { ...instance.get('system_metadata'), [ATTEMPTS]: attempts });
  if (error === undefined) instance.set('cleaned', true);
  await conductor.instances.save(instance);
  if (error instanceof Error) throw error;
}
