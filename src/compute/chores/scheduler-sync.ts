import { conductorOf, type ChoreParts } from './chore.js';

/** Tells the schedulers which instances are here (nova/compute/manager.py _sync_scheduler_instance_info, release 26). */
export async function syncSchedulers(chore: ChoreParts): Promise<void> {
  const conductor = conductorOf(chore);
  await conductor.scheduler.sync(await conductor.instances.uuidsOnHost(chore.parts.settings.host));
}
