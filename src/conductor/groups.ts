import type { ServerGroup, ServerGroups } from '../compute/ports/conductor.js';
import { novaNameOf } from '../errors/kinds.js';
import { create, expectObject } from '../objects/index.js';
import type { ConductorCalls } from './calls.js';

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** Server groups (nova/objects/instance_group.py, release 26). They are in the API database, above the cell. */
export function createServerGroups(calls: ConductorCalls): ServerGroups {
  return {
    ofHint: (hint) => find(calls, UUID.test(hint) ? 'get_by_uuid' : 'get_by_name', hint),
    ofInstance: (uuid) => find(calls, 'get_by_instance_uuid', uuid),
    async hostsOf({ uuid, members }, exceptInstanceUuid) {
      const group = create('InstanceGroup', { uuid, members });
      group.resetChanges();
      return (await calls.objectAction(group, 'get_hosts', { kwargs: { exclude: [exceptInstanceUuid] } })) as string[];
    },
    async movingTo(host, node) {
      const found = await calls.classAction('MigrationList', 'get_in_progress_by_host_and_node', [host, node]);
      const list = expectObject(found, 'MigrationList', 'MigrationList.get_in_progress_by_host_and_node');
      return list.get('objects').flatMap((migration) => migration.get('instance_uuid') ?? []);
    },
  };
}

async function find(calls: ConductorCalls, method: string, key: string): Promise<ServerGroup | undefined> {
  try {
    const group = expectObject(
      await calls.classAction('InstanceGroup', method, [key]),
      'InstanceGroup',
      `InstanceGroup.${method}`,
    );
    const most = Number(group.peek('_rules')?.['max_server_per_host'] ?? 1);
    return {
      uuid: group.get('uuid'),
      policy: group.peek('policy') ?? null,
      maxServersPerHost: most,
      members: group.peek('members') ?? [],
    };
  } catch (error) {
    if (novaNameOf(error) === 'InstanceGroupNotFound') return undefined;
    throw error;
  }
}
