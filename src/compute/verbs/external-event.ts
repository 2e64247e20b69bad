import { expectObject, type Instance, type NovaObject } from '../../objects/index.js';
import { messageOf } from '../../errors/kinds.js';
import { listArg } from '../arguments.js';
import { isGone } from '../failures.js';
import type { Operation } from '../operation.js';
import type { AwaitedEvent } from '../waiters.js';

type ExternalEvent = NovaObject<'InstanceExternalEvent'>;

/** Events that do nothing but wake who waits for them (nova/compute/manager.py external_instance_event, release 26). */
const WAKING: ReadonlySet<string> = new Set([
  'network-vif-plugged',
  'network-vif-unplugged',
  'accelerator-request-bound',
  'volume-reimaged',
]);

/**
 * Neutron, Cinder and operators tell of what happened outside; one request may speak of several instances. Each event
 * stands for itself: one that fails is for the log, and nobody is told.
 */
export async function externalEvents(op: Operation): Promise<void> {
  const instances = listArg(op.request.args, 'instances').map((one) => expectObject(one, 'Instance', 'instances'));
  const events = listArg(op.request.args, 'events').map((one) => expectObject(one, 'InstanceExternalEvent', 'events'));
  await Promise.all(
    events.map(async (event) => {
      const instance = instances.find((one) => one.get('uuid') === event.get('instance_uuid'));
      if (instance !== undefined) await externalEvent(op, instance, event);
    }),
  );
}

async function externalEvent(op: Operation, instance: Instance, event: ExternalEvent): Promise<void> {
  const name = event.get('name');
  const tag = event.peek('tag') ?? null;
  const facts = { instanceUuid: instance.get('uuid'), event: name, tag };
  if (WAKING.has(name)) {
    const awaited = op.parts.waiters.deliver(instance.get('uuid'), { name, tag }, event.get('status'));
    op.log.debug('External event', { ...facts, awaited });
    if (awaited || name !== 'network-vif-plugged') return;
  }
  try {
    if (!(await changed(op, instance, { name, tag }))) op.log.warn('External event that nobody handles here', facts);
  } catch (error) {
    if (op.signal.aborted) throw error;
    if (isGone(error)) op.log.debug('External event of a server that is gone', facts);
    else op.log.error('What an external event told could not be done', { ...facts, reason: messageOf(error) });
  }
}

/** Events that ask for work; false for one that is unknown. */
async function changed(op: Operation, instance: Instance, { name, tag }: AwaitedEvent): Promise<boolean> {
  const { networks } = op.parts;
  const subject = { instance, context: op.request.context, conductor: op.conductor, signal: op.signal };
  switch (name) {
    // Nobody waited: a port of a server that has started, whose device may be held back until now.
    case 'network-vif-plugged':
    case 'network-changed':
      // Of a server that is being built it is the echo of what the build itself asks of Neutron, which has enough to do.
      if (instance.peek('vm_state') === 'building') await op.parts.locks.idle(instance.get('uuid'));
      await networks.refresh(subject, tag ?? undefined);
      return true;
    case 'network-vif-deleted':
      if (tag !== null) await networks.portVanished(subject, tag);
      return true;
    default:
      return false;
  }
}
