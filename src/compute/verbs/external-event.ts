import { expectObject, type Instance, type NovaObject } from '../../objects/index.js';
import { listArg } from '../arguments.js';
import type { Operation } from '../operation.js';

type ExternalEvent = NovaObject<'InstanceExternalEvent'>;

/** Events that do nothing but wake who waits for them (nova/compute/manager.py external_instance_event, release 26). */
const WAKING: ReadonlySet<string> = new Set([
  'network-vif-plugged',
  'network-vif-unplugged',
  'accelerator-request-bound',
  'volume-reimaged',
]);

/** Neutron, Cinder and operators tell of what happened outside; one request may speak of several instances. */
export function externalEvents(op: Operation): Promise<void> {
  const instances = listArg(op.request.args, 'instances').map((one) => expectObject(one, 'Instance', 'instances'));
  const events = listArg(op.request.args, 'events').map((one) => expectObject(one, 'InstanceExternalEvent', 'events'));
  for (const event of events) {
    const instance = instances.find((one) => one.get('uuid') === event.get('instance_uuid'));
    if (instance !== undefined) externalEvent(op, instance, event);
  }
  return Promise.resolve();
}

function externalEvent(op: Operation, instance: Instance, event: ExternalEvent): void {
  const name = event.get('name');
  const tag = event.peek('tag') ?? null;
  if (!WAKING.has(name)) {
    op.log.warn('External event that nobody handles here', { instanceUuid: instance.get('uuid'), event: name, tag });
    return;
  }
  const awaited = op.parts.waiters.deliver(instance.get('uuid'), { name, tag }, event.get('status'));
  op.log.debug('External event', { instanceUuid: instance.get('uuid'), event: name, tag, awaited });
}
