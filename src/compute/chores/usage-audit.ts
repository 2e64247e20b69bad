import { messageOf } from '../../errors/kinds.js';
import type { Instance } from '../../objects/index.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import { conductorOf, type ChoreParts } from './chore.js';

/**
 * Tells of every instance that ran here in the last audit period, once per period (nova/compute/manager.py
 * _instance_usage_audit, release 26). Unlike upstream an audit that was begun and not ended is made again: better told
 * twice than not at all.
 */
export async function auditUsage(chore: ChoreParts): Promise<void> {
  const { parts, settings, signal } = chore;
  if (!settings.auditsUsage) return;
  const { host } = parts.settings;
  const context = chore.ownContext();
  const conductor = conductorOf(chore, context);
  const period = settings.auditPeriod(parts.now());
  if (await conductor.usageAudits.isDone(period)) return;
  const startedAt = parts.now().getTime();
  const instances = await conductor.instances.activeIn(period, host, NOVA_ATTRS);
  await conductor.usageAudits.begin(period, instances.length);
  let errors = 0;
  for (const instance of instances) {
    if (signal.aborted) return;
    if (!(await tell(chore, context, instance))) errors += 1;
  }
  const seconds = (parts.now().getTime() - startedAt) / 1000;
  const message = `Instance usage audit ran for host ${host}, ${instances.length} instances in ${seconds} seconds.`;
  await conductor.usageAudits.end(period, { errors, message });
  parts.log.info(message, { begin: period.begin, end: period.end, errors });
}

async function tell(
  { parts }: ChoreParts,
  context: ReturnType<ChoreParts['ownContext']>,
  instance: Instance,
): Promise<boolean> {
  try {
    await parts.notifications.usage({ context, instance, period: 'previous' });
    return true;
  } catch (error) {
    parts.log.error('The usage of an instance could not be told', {
      instanceUuid: instance.get('uuid'),
      reason: messageOf(error),
    });
    return false;
  }
}
