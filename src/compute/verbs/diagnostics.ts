import { ServiceError } from '../../errors/kinds.js';
import { create, type NovaObject } from '../../objects/index.js';
import { guestState, guestKey } from '../guest.js';
import type { InstanceOperation } from '../operation.js';
import { POWER_STATE, type ContainerState, type ContainerUsage, type InterfaceUsage } from '../ports/containers.js';

const MEBIBYTE = 1024 ** 2;

/** Nova's words for power states (nova/compute/power_state.py STATE_MAP). */
const STATE_WORDS: Readonly<Record<number, string>> = {
  [POWER_STATE.NOSTATE]: 'pending',
  [POWER_STATE.RUNNING]: 'running',
  [POWER_STATE.PAUSED]: 'paused',
  [POWER_STATE.SHUTDOWN]: 'shutdown',
  [POWER_STATE.CRASHED]: 'crashed',
  [POWER_STATE.SUSPENDED]: 'suspended',
};

/** Before microversion 2.48: any keys, in the spelling of the libvirt driver where there is one. */
export async function diagnostics(op: InstanceOperation): Promise<Record<string, number>> {
  const { usage } = await runningUsage(op);
  return {
    ...Object.fromEntries(cpuTimes(usage).map((time, n) => [`cpu${n}_time`, time])),
    memory: Math.floor(usage.memoryLimitBytes / 1024),
    'memory-rss': Math.floor(usage.memoryBytes / 1024),
    pids: usage.pids,
    disk_read_req: usage.reads.requests,
    disk_read: usage.reads.bytes,
    disk_write_req: usage.writes.requests,
    disk_write: usage.writes.bytes,
    disk_used: await op.parts.containers.diskUsage(guestKey(op)),
    ...Object.fromEntries([...usage.interfaces].flatMap(([name, nic]) => legacyNic(name, nic))),
  };
}

/**
 * From 2.48 on: a Diagnostics object. `driver` stays unset: its enumeration has no docker, and nova-api would not read
 * the answer. The lists have to be set even when they are empty.
 */
export async function instanceDiagnostics(op: InstanceOperation): Promise<NovaObject<'Diagnostics'>> {
  const { usage, state } = await runningUsage(op);
  const cpus = cpuTimes(usage).map((time, id) => create('CpuDiagnostics', { id, time }));
  const disk = create('DiskDiagnostics', {
    read_bytes: usage.reads.bytes,
    read_requests: usage.reads.requests,
    write_bytes: usage.writes.bytes,
    write_requests: usage.writes.requests,
  });
  const nics = nicDetails(op, usage);
  return create('Diagnostics', {
    state: STATE_WORDS[state.powerState] ?? 'pending',
    hypervisor: 'docker',
    hypervisor_os: 'linux',
    uptime: state.startedAt === null ? 0 : secondsSince(state.startedAt, op.parts.now()),
    config_drive: (op.instance.peek('config_drive') ?? '') !== '',
    memory_details: create('MemoryDiagnostics', {
      maximum: Math.floor(usage.memoryLimitBytes / MEBIBYTE),
      used: Math.floor(usage.memoryBytes / MEBIBYTE),
    }),
    cpu_details: cpus,
    nic_details: nics,
    disk_details: [disk],
    num_cpus: cpus.length,
    num_nics: nics.length,
    num_disks: 1,
  });
}

async function runningUsage(op: InstanceOperation): Promise<{ usage: ContainerUsage; state: ContainerState }> {
  const state = await guestState(op);
  if (state?.powerState !== POWER_STATE.RUNNING) throw notRunning(op, state);
  return { state, usage: await op.parts.containers.usage(guestKey(op)) };
}

function notRunning(op: InstanceOperation, state: ContainerState | undefined): ServiceError {
  const uuid = op.instance.get('uuid');
  const word = STATE_WORDS[state?.powerState ?? POWER_STATE.NOSTATE];
  const { method } = op.request;
  const text = `Instance ${uuid} in power state ${word}. Cannot ${method} while the instance is in this state.`;
  const kwargs = { attr: 'power state', instance_uuid: uuid, state: word, method };
  return new ServiceError('Conflict', text, { nova: { name: 'InstanceInvalidState', code: 409, kwargs } });
}

/** By CPU where the kernel tells; else the sum as if it were one. */
function cpuTimes(usage: ContainerUsage): readonly number[] {
  return usage.cpuTimesNs.length > 0 ? usage.cpuTimesNs : [usage.cpuTimeNs];
}

function nicDetails(op: InstanceOperation, usage: ContainerUsage): NovaObject<'NicDiagnostics'>[] {
  const addresses = (op.instance.peek('info_cache')?.peek('network_info') ?? []).map((vif) => vif.address);
  return [...usage.interfaces.values()].map(({ received, sent }, n) =>
    create('NicDiagnostics', {
      mac_address: addresses[n] ?? null,
      rx_octets: received.bytes,
      rx_errors: received.errors,
      rx_drop: received.dropped,
      rx_packets: received.packets,
      tx_octets: sent.bytes,
      tx_errors: sent.errors,
      tx_drop: sent.dropped,
      tx_packets: sent.packets,
    }),
  );
}

function legacyNic(name: string, { received, sent }: InterfaceUsage): [string, number][] {
  return [
    [`${name}_rx`, received.bytes],
    [`${name}_rx_packets`, received.packets],
    [`${name}_rx_errors`, received.errors],
    [`${name}_rx_drop`, received.dropped],
    [`${name}_tx`, sent.bytes],
    [`${name}_tx_packets`, sent.packets],
    [`${name}_tx_errors`, sent.errors],
    [`${name}_tx_drop`, sent.dropped],
  ];
}

function secondsSince(then: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - then.getTime()) / 1000));
}
