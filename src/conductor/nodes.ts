import { novaNameOf, ServiceError } from '../errors/kinds.js';
import type { NodeFields, NodeInstance, NodeRecord, NodeStore } from '../compute/ports/nodes.js';
import type { RequestContext } from '../observe/context.js';
import { create, expectObject, type ComputeNode, type FieldsOf, type Instance } from '../objects/index.js';
import { ConductorCalls, type ConductorParts } from './calls.js';
import { findInstance } from './instances.js';
import { demandOf, loadMigrations } from './moves.js';

export interface NodeStoreParts {
  readonly parts: ConductorParts;
  /** hypervisor_hostname */
  readonly node: string;
  /** From the database: what the last report said is up to ten seconds old. */
  readonly isServiceDisabled: () => Promise<boolean>;
  /** The service record's id, for control planes that tie node and service together (service version 65 and later). */
  readonly serviceId: () => number | undefined;
  readonly lifetime: AbortSignal;
}

type ComputeNodeRow = Partial<FieldsOf<'ComputeNode'>>;

/** Compute node records (nova/objects/compute_node.py, release 26) in the name of the service itself. */
export function createNodeStore(store: NodeStoreParts): NodeStore {
  const { parts, node } = store;
  const { host } = parts.settings;
  const callsAs = (context: RequestContext): ConductorCalls =>
    new ConductorCalls(parts, context, { signal: store.lifetime, timeoutMs: parts.responseTimeoutMs });
  const identity = (): ComputeNodeRow => {
    const serviceId = store.serviceId();
    return { host, hypervisor_hostname: node, ...(serviceId !== undefined && { service_id: serviceId }) };
  };
  const calls = (): ConductorCalls => callsAs(parts.ownContext());
  const withDeleted = (): ConductorCalls => callsAs({ ...parts.ownContext(), readDeleted: 'yes' });
  return {
    find: () => findNode(calls(), 'get_by_host_and_nodename', [host, node]),
    byUuid: (uuid) => findNode(calls(), 'get_by_uuid', [uuid]),
    create: (uuid, fields) => createNode(calls(), { ...rowOf(fields), ...identity(), uuid }),
    save: (record, changes) => saveNode(calls(), record, rowOf(changes)),
    async instances() {
      const attrs = { expected_attrs: ['flavor'] };
      const list = await calls().classAction('InstanceList', 'get_by_host_and_node', [host, node], attrs);
      return expectObject(list, 'InstanceList', 'InstanceList.get_by_host_and_node').get('objects').map(nodeInstance);
    },
    migrations: () => loadMigrations(calls(), withDeleted(), host, node),
    async whereabouts(instanceUuid) {
      const instance = await findInstance(withDeleted(), instanceUuid, []);
      return (
        instance && {
          deleted: instance.get('deleted'),
          hidden: instance.peek('hidden') ?? false,
          host: instance.get('host'),
          node: instance.get('node'),
          taskState: instance.get('task_state'),
        }
      );
    },
    serviceDisabled: () => store.isServiceDisabled(),
  };
}

async function createNode(calls: ConductorCalls, row: ComputeNodeRow): Promise<NodeRecord> {
  const made = create('ComputeNode', {
    ...row,
    metrics: '[]',
    numa_topology: null,
    pci_device_pools: create('PciDevicePoolList', { objects: [] }),
  });
  await calls.objectAction(made, 'create');
  return recordOf(made);
}

async function saveNode(calls: ConductorCalls, record: NodeRecord, changes: ComputeNodeRow): Promise<void> {
  const changed = create('ComputeNode', { id: record.id, uuid: record.uuid, host: record.host });
  changed.resetChanges();
  for (const [field, value] of Object.entries(changes)) changed.set(field as keyof ComputeNodeRow, value);
  try {
    await calls.objectAction(changed, 'save');
  } catch (error) {
    if (novaNameOf(error) !== 'ComputeHostNotFound') throw error;
    throw new ServiceError('NotFound', 'The compute node record was deleted.', { cause: error });
  }
}

async function findNode(
  calls: ConductorCalls,
  method: string,
  args: readonly unknown[],
): Promise<NodeRecord | undefined> {
  try {
    const found = await calls.classAction('ComputeNode', method, args);
    return recordOf(expectObject(found, 'ComputeNode', `ComputeNode.${method}`));
  } catch (error) {
    if (novaNameOf(error) === 'ComputeHostNotFound') return undefined;
    throw error;
  }
}

function recordOf(row: ComputeNode): NodeRecord {
  return {
    id: row.get('id'),
    uuid: row.get('uuid'),
    host: row.get('host') ?? '',
    node: row.get('hypervisor_hostname') ?? '',
  };
}

function nodeInstance(instance: Instance): NodeInstance {
  return {
    uuid: instance.get('uuid'),
    vmState: instance.get('vm_state') ?? '',
    taskState: instance.get('task_state'),
    osType: instance.get('os_type'),
    projectId: instance.get('project_id') ?? '',
    ...demandOf(instance.get('flavor'), instance.get('image_ref')),
  };
}

const COLUMNS: Readonly<Record<Exclude<keyof NodeFields, 'supportedHvSpecs'>, keyof FieldsOf<'ComputeNode'>>> = {
  hostIp: 'host_ip',
  vcpus: 'vcpus',
  memoryMb: 'memory_mb',
  localGb: 'local_gb',
  vcpusUsed: 'vcpus_used',
  memoryMbUsed: 'memory_mb_used',
  localGbUsed: 'local_gb_used',
  freeRamMb: 'free_ram_mb',
  freeDiskGb: 'free_disk_gb',
  diskAvailableLeast: 'disk_available_least',
  currentWorkload: 'current_workload',
  runningVms: 'running_vms',
  hypervisorType: 'hypervisor_type',
  hypervisorVersion: 'hypervisor_version',
  cpuInfo: 'cpu_info',
  stats: 'stats',
  cpuAllocationRatio: 'cpu_allocation_ratio',
  ramAllocationRatio: 'ram_allocation_ratio',
  diskAllocationRatio: 'disk_allocation_ratio',
};

/** The fields by the names of their columns. */
function rowOf(fields: Partial<NodeFields>): ComputeNodeRow {
  const { supportedHvSpecs, ...others } = fields;
  const row = Object.entries(others).map(([name, value]) => [COLUMNS[name as keyof typeof COLUMNS], value]);
  const specs = supportedHvSpecs?.map(({ arch, hvType, vmMode }) =>
    create('HVSpec', { arch, hv_type: hvType, vm_mode: vmMode }),
  );
  return {
    ...(Object.fromEntries(row) as ComputeNodeRow),
    ...(specs && { supported_hv_specs: specs }),
  };
}
