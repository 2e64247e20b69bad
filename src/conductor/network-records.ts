import type { NetworkRecords } from '../compute/ports/conductor.js';
import { novaNameOf } from '../errors/kinds.js';
import { create, expectObject, type NovaObject, type Vif } from '../objects/index.js';
import type { ConductorCalls } from './calls.js';

/** Nova's records of ports (nova/objects/instance_info_cache.py, virtual_interface.py, release 26). */
export function createNetworkRecords(calls: ConductorCalls): NetworkRecords {
  return {
    cache: (instanceUuid) => readCache(calls, instanceUuid),
    async saveCache(instanceUuid, vifs) {
      const fields = { instance_uuid: instanceUuid, network_info: vifs };
      await calls.objectAction(create('InstanceInfoCache', fields), 'save');
    },
    async add({ instanceUuid, portId, macAddress, tag }) {
      // Addresses are unique in Nova's table and need not be in Neutron: the port's id makes them so.
      const address = `${macAddress}/${portId}`;
      const fields = { address, instance_uuid: instanceUuid, uuid: portId, tag };
      const settled = async (): Promise<boolean> => (await find(calls, portId)) !== undefined;
      try {
        await calls.objectAction(create('VirtualInterface', fields), 'create', { settled });
      } catch (error) {
        if (novaNameOf(error) !== 'VirtualInterfaceCreateException' || !(await settled())) throw error;
      }
    },
    async remove(portId) {
      const found = await find(calls, portId);
      if (found !== undefined) await calls.objectAction(found, 'destroy');
    },
    async removeAll(instanceUuid) {
      await calls.classAction('VirtualInterface', 'delete_by_instance_uuid', [instanceUuid]);
    },
    async order(instanceUuid) {
      const list = await calls.classAction('VirtualInterfaceList', 'get_by_instance_uuid', [instanceUuid]);
      const rows = expectObject(list, 'VirtualInterfaceList', 'VirtualInterfaceList.get_by_instance_uuid').get(
        'objects',
      );
      return [...rows].sort((a, b) => a.get('id') - b.get('id')).map((row) => row.get('uuid'));
    },
  };
}

async function readCache(calls: ConductorCalls, instanceUuid: string): Promise<readonly Vif[]> {
  try {
    const found = await calls.classAction('InstanceInfoCache', 'get_by_instance_uuid', [instanceUuid]);
    const cache = expectObject(found, 'InstanceInfoCache', 'InstanceInfoCache.get_by_instance_uuid');
    return cache.get('network_info') ?? [];
  } catch (error) {
    if (novaNameOf(error) === 'InstanceInfoCacheNotFound') return [];
    throw error;
  }
}

async function find(calls: ConductorCalls, portId: string): Promise<NovaObject<'VirtualInterface'> | undefined> {
  const found = await calls.classAction('VirtualInterface', 'get_by_uuid', [portId]);
  return found === null || found === undefined
    ? undefined
    : expectObject(found, 'VirtualInterface', 'VirtualInterface.get_by_uuid');
}
