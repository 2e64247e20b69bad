import { novaNameOf } from '../errors/kinds.js';
import type {
  ActionEvents,
  BlockDeviceStore,
  ComputePeers,
  ComputeTasks,
  ConductorFor,
} from '../compute/ports/conductor.js';
import { create, expectObject, type NovaObject } from '../objects/index.js';
import { ConductorCalls, type ConductorParts } from './calls.js';
import { createConsoleTokens } from './console-tokens.js';
import { createServerGroups } from './groups.js';
import { createInstanceStore } from './instances.js';
import { createMigrationStore } from './migrations.js';
import { createNetworkRecords } from './network-records.js';
import { createSchedulerNews } from './scheduler.js';
import { createUsageAudits } from './usage-audits.js';

/** The manager's view of nova-conductor: one `Conductor` for each request context. */
export function createConductorFor(parts: ConductorParts): ConductorFor {
  const { settings } = parts;
  return (context, patience) => {
    const calls = new ConductorCalls(parts, context, patience);
    return {
      instances: createInstanceStore(calls),
      events: actionEvents(calls, settings.host),
      blockDevices: blockDevices(calls),
      consoleTokens: createConsoleTokens(calls),
      usageAudits: createUsageAudits(calls, settings.host),
      networks: createNetworkRecords(calls),
      groups: createServerGroups(calls),
      tasks: computeTasks(calls),
      migrations: createMigrationStore(calls),
      peers: computePeers(calls),
      scheduler: createSchedulerNews(parts, context, patience.signal),
      async createFault({ instanceUuid, code, message, details }) {
        const fields = { instance_uuid: instanceUuid, code, message, details, host: settings.host };
        await calls.objectAction(create('InstanceFault', fields), 'create');
      },
    };
  };
}

/** nova/conductor/rpcapi.py ComputeTaskAPI, release 26. */
function computeTasks(calls: ConductorCalls): ComputeTasks {
  const target = { topic: 'conductor', namespace: 'compute_task' };
  return {
    buildInstances: (args, uniqueId) =>
      calls.cast({ ...target, method: 'build_instances', version: '1.19', args, uniqueId }),
    migrateServer: (args, uniqueId) =>
      calls.cast({ ...target, method: 'migrate_server', version: '1.20', args, uniqueId }),
  };
}

/** nova/compute/rpcapi.py, and nova/servicegroup/drivers/db.py is_up, release 26. */
function computePeers(calls: ConductorCalls): ComputePeers {
  return {
    cast: ({ host, method, args }, uniqueId) =>
      calls.cast({ topic: 'compute', server: host, method, version: '6.0', args, uniqueId }),
    call: ({ host, method, args }, options = {}) =>
      calls.ask({ server: host, method, args, isLong: options.isLong ?? false, signal: options.signal }),
    async lastSeen(host) {
      const found = await calls.classAction('Service', 'get_by_host_and_binary', [host, 'nova-compute']);
      if (found === null || found === undefined) return null;
      const service = expectObject(found, 'Service', 'Service.get_by_host_and_binary');
      if (service.peek('forced_down') === true) return null;
      return service.peek('last_seen_up') ?? service.peek('created_at') ?? null;
    },
  };
}

/** nova/objects/instance_action.py, release 26. An action that nobody knows (started by hand) is no reason to stop. */
function actionEvents(calls: ConductorCalls, host: string): ActionEvents {
  const unlessUnknown = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      const name = novaNameOf(error);
      if (name !== 'InstanceActionNotFound' && name !== 'InstanceActionEventNotFound') throw error;
    }
  };
  const note: ActionEvents['note'] = async (uuid, { event, details, failed, at }) => {
    const result = failed ? 'Error' : 'Success';
    const fields = { event, host, details, result, start_time: at, finish_time: at };
    const args = [uuid, calls.context.requestId];
    await calls.objectAction(create('InstanceActionEvent', fields), 'create', { args });
  };
  return {
    start: (uuid, event) =>
      unlessUnknown(
        calls.classAction('InstanceActionEvent', 'event_start', [uuid, event], { want_result: false, host }),
      ),
    finish: (uuid, event, failure) =>
      unlessUnknown(
        calls.classAction('InstanceActionEvent', 'event_finish_with_failure', [uuid, event], {
          exc_val: failure?.message ?? null,
          exc_tb: failure?.traceback ?? null,
          want_result: false,
        }),
      ),
    async begin(uuid, action) {
      await calls.classAction('InstanceAction', 'action_start', [uuid, action], { want_result: false });
    },
    async record(uuid, { action, ...happened }) {
      await calls.classAction('InstanceAction', 'action_start', [uuid, action], { want_result: false });
      await note(uuid, happened);
    },
    note,
    async isFinished(uuid, event) {
      const ours = await eventsOfOurs(calls, { uuid, event, host });
      return ours.length === 0 ? undefined : ours.some((one) => one.get('finish_time') !== null);
    },
    async hasFailed(uuid, event) {
      const ours = await eventsOfOurs(calls, { uuid, event, host });
      return ours.some((one) => one.get('finish_time') !== null && one.get('result') === 'Error');
    },
  };
}

/** This host's events of that name, of the action of this context's request. */
async function eventsOfOurs(
  calls: ConductorCalls,
  { uuid, event, host }: { readonly uuid: string; readonly event: string; readonly host: string },
): Promise<readonly NovaObject<'InstanceActionEvent'>[]> {
  const action = await calls.classAction('InstanceAction', 'get_by_request_id', [uuid, calls.context.requestId]);
  if (action === null || action === undefined) return [];
  const id = expectObject(action, 'InstanceAction', 'InstanceAction.get_by_request_id').get('id');
  const list = await calls.classAction('InstanceActionEventList', 'get_by_action', [id]);
  const events = expectObject(list, 'InstanceActionEventList', 'InstanceActionEventList.get_by_action').get('objects');
  return events.filter((one) => one.get('event') === event && one.peek('host') === host);
}

function blockDevices(calls: ConductorCalls): BlockDeviceStore {
  return {
    async ofInstance(uuid) {
      const list = await calls.classAction('BlockDeviceMappingList', 'get_by_instance_uuid', [uuid]);
      return expectObject(list, 'BlockDeviceMappingList', 'BlockDeviceMappingList.get_by_instance_uuid').get('objects');
    },
    async save(device) {
      await calls.objectAction(device, 'save');
    },
    async destroy(device) {
      // A repetition finds it gone, which conductor does not mind.
      await calls.objectAction(device, 'destroy');
    },
  };
}
