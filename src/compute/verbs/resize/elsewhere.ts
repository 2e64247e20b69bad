import { messageOf } from '../../../errors/kinds.js';
import type { Flavor, Migration } from '../../../objects/index.js';
import { booleanArg, dictArg, listArg } from '../../arguments.js';
import { faultDetails, faultMessage, isGone, isStateConflict, recordFault } from '../../failures.js';
import type { InstanceOperation } from '../../operation.js';
import { takeBack, type Failing } from './take-back.js';
import { endIfOvertaken } from './overtaken.js';

/**
 * A host that refuses a server asks conductor for the next one of the scheduler's list (nova/compute/manager.py
 * _reschedule_resize_or_reraise, release 26); the last one takes the resize back, with its own reason as the fault. Unlike
 * upstream, which calls conductor and waits, it is a cast, and each host has a migration of its own: this one is over.
 */
export function elsewhereOrTakeBack(flavor: Flavor): Failing {
  return async (op, migration, error) => {
    const retry = hasAlternates(op) ? retryOf(op) : undefined;
    if (retry === undefined) {
      op.log.warn('A resize failed and is taken back', { reason: messageOf(error) });
      await takeBack(op, migration);
      throw error;
    }
    if (await isAskedAlready(op, migration)) return;
    op.log.warn('This host cannot take the server; another one is asked', { error });
    try {
      await takeBack(op, migration, 'resize_prep');
    } catch (second) {
      if (!isGone(second) && !isStateConflict(second)) throw second;
      await endIfOvertaken(op);
      throw second;
    }
    await recordFault(op, error);
    await notifyError(op, error);
    await ask(op, flavor, { ...retry, exc: [faultDetails(error)], exc_reason: faultMessage(error) });
  };
}

/** Absent when a host was forced, or a resize may be tried only once. */
function retryOf(op: InstanceOperation): Readonly<Record<string, unknown>> | undefined {
  const properties = dictArg(op.request.args, 'filter_properties');
  return properties['retry'] === undefined || properties['retry'] === null ? undefined : dictArg(properties, 'retry');
}

function hasAlternates(op: InstanceOperation): boolean {
  return listArg(op.request.args, 'host_list').length > 0;
}

/** By an earlier try of this request: conductor has made another migration then, and another host may work on it. */
async function isAskedAlready(op: InstanceOperation, migration: Migration): Promise<boolean> {
  if (op.attempt === 1) return false;
  const others = await op.conductor.migrations.underWay(op.instance.get('uuid'));
  return others.some((one) => one.get('id') > migration.get('id'));
}

async function ask(op: InstanceOperation, flavor: Flavor, retry: Readonly<Record<string, unknown>>): Promise<void> {
  const { args, uniqueId } = op.request;
  const filterProperties = { ...dictArg(args, 'filter_properties'), retry };
  await op.conductor.tasks.migrateServer(
    {
      ...{
        instance: op.instance,
        scheduler_hint: { filter_properties: filterProperties },
        live: false,
        rebuild: false,
      },
      ...{ flavor, block_migration: null, disk_over_commit: null, reservations: null },
      clean_shutdown: booleanArg(args, 'clean_shutdown', true),
      request_spec: args['request_spec'] ?? null,
      host_list: listArg(args, 'host_list'),
    },
    `${uniqueId}-elsewhere`,
  );
}

async function notifyError(op: InstanceOperation, error: unknown): Promise<void> {
  const about = { context: op.request.context, instance: op.instance, action: 'resize', phase: 'error' } as const;
  await op.parts.notifications.instance({ ...about, error });
}
