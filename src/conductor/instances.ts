import { novaNameOf } from '../errors/kinds.js';
import type { InstanceFilter, InstanceStore, SaveOptions } from '../compute/ports/conductor.js';
import { expectObject, type FieldName, type Instance } from '../objects/index.js';
import type { RpcArgs } from '../oslo/index.js';
import type { ConductorCalls } from './calls.js';

/** Instance rows (nova/objects/instance.py, release 26). */
export function createInstanceStore(calls: ConductorCalls): InstanceStore {
  return {
    async get(uuid, expectedAttrs) {
      const found = await calls.classAction('Instance', 'get_by_uuid', [uuid], { expected_attrs: expectedAttrs });
      return expectObject(found, 'Instance', 'Instance.get_by_uuid');
    },
    save: (instance, options) => saveInstance(calls, instance, options ?? {}),
    async destroy(instance) {
      try {
        await calls.objectAction(instance, 'destroy', { sent: instance.partial(['id', 'uuid', 'host', 'deleted']) });
      } catch (error) {
        if (novaNameOf(error) !== 'InstanceNotFound') throw error;
      }
    },
    async onHost(host, expectedAttrs) {
      const list = await calls.classAction('InstanceList', 'get_by_host', [host], { expected_attrs: expectedAttrs });
      return expectObject(list, 'InstanceList', 'InstanceList.get_by_host').get('objects');
    },
    async find(filter, expectedAttrs) {
      const args = [wireFilter(filter)];
      const list = await calls.classAction('InstanceList', 'get_by_filters', args, { expected_attrs: expectedAttrs });
      return expectObject(list, 'InstanceList', 'InstanceList.get_by_filters').get('objects');
    },
    async activeIn({ begin, end }, host, expectedAttrs) {
      const kwargs = { expected_attrs: expectedAttrs };
      const args = [isoTime(begin), isoTime(end), null, host];
      const list = await calls.classAction('InstanceList', '_get_active_by_window_joined', args, kwargs);
      return expectObject(list, 'InstanceList', 'InstanceList._get_active_by_window_joined').get('objects');
    },
    async uuidsOnHost(host) {
      return (await calls.classAction('InstanceList', 'get_uuids_by_host', [host])) as string[];
    },
  };
}

/** Without a word about `deleted` conductor would give deleted rows as well; `soft_deleted` decides beside it. */
function wireFilter({ host, uuids, vmState, task, deleted = false, cleaned }: InstanceFilter): RpcArgs {
  return {
    ...(host !== undefined && { host }),
    ...(uuids !== undefined && { uuid: uuids }),
    ...(vmState !== undefined && { vm_state: vmState }),
    ...(task !== undefined && { task_state: task }),
    ...(deleted !== 'either' && { deleted, soft_deleted: !deleted }),
    ...(cleaned !== undefined && { cleaned }),
  };
}

/** As nova/utils.py isotime writes it. */
function isoTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Sends only what changed: an object field that is set is written by conductor even when it did not change, so that
 * the whole instance would write more than was meant.
 */
async function saveInstance(calls: ConductorCalls, instance: Instance, options: SaveOptions): Promise<void> {
  const changed = instance.changes() as FieldName<'Instance'>[];
  if (changed.length === 0) return;
  const sent = instance.partial(['id', 'uuid', ...changed]);
  const kwargs = {
    ...(options.expectedTask && { expected_task_state: options.expectedTask }),
    ...(options.expectedVmState && { expected_vm_state: options.expectedVmState }),
  };
  // An answer that did not come may have been a success: then the row's task is what we wanted it to be.
  const settled = async (): Promise<boolean> => {
    if (!sent.has('task_state')) return false;
    const row = await calls.classAction('Instance', 'get_by_uuid', [instance.get('uuid')], { expected_attrs: [] });
    const now = expectObject(row, 'Instance', 'Instance.get_by_uuid');
    return (
      now.get('task_state') === sent.get('task_state') &&
      (!sent.has('vm_state') || now.get('vm_state') === sent.get('vm_state'))
    );
  };
  await calls.objectAction(instance, 'save', { sent, kwargs, settled });
}

/** The instance whether or not it is deleted; undefined when its row is gone. */
export async function findInstance(
  calls: ConductorCalls,
  uuid: string,
  expectedAttrs: readonly string[],
): Promise<Instance | undefined> {
  try {
    const found = await calls.classAction('Instance', 'get_by_uuid', [uuid], { expected_attrs: expectedAttrs });
    return expectObject(found, 'Instance', 'Instance.get_by_uuid');
  } catch (error) {
    if (novaNameOf(error) === 'InstanceNotFound') return undefined;
    throw error;
  }
}
