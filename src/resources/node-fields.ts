import { isDeepStrictEqual } from 'node:util';
import type { HypervisorSpec, NodeFields } from '../compute/ports/nodes.js';
import { sharedCount } from './cpus/sets.js';
import type { HostFacts } from './facts.js';
import { initialRatios } from './inventories.js';
import type { ResourceSettings } from './settings.js';
import type { Usage } from './usage.js';

/**
 * The compute node record. Everything that the scheduler's HostState reads is set, above all free_disk_gb: without it
 * the scheduler skips the node (nova/scheduler/host_manager.py, 26).
 */
export function computeNodeFields(
  facts: HostFacts,
  usage: Usage,
  settings: ResourceSettings,
  failedBuilds: number,
): NodeFields {
  const freeDiskGb = facts.diskGb - usage.localGb;
  const ratios = initialRatios(settings);
  return {
    hostIp: settings.hostIp,
    vcpus: sharedCount(settings.cpuSets, facts.cpus),
    memoryMb: facts.memoryMb,
    localGb: facts.diskGb,
    vcpusUsed: usage.vcpus,
    memoryMbUsed: usage.memoryMb,
    localGbUsed: usage.localGb,
    freeRamMb: facts.memoryMb - usage.memoryMb,
    freeDiskGb,
    // What is really free, images and foreign containers taken off; never more than what is promised leaves, or the
    // scheduler warns of it at every request.
    diskAvailableLeast: Math.min(facts.diskFreeGb, freeDiskGb),
    currentWorkload: usage.currentWorkload,
    runningVms: usage.runningVms,
    hypervisorType: 'docker',
    hypervisorVersion: versionNumber(facts.engineVersion),
    cpuInfo: JSON.stringify(facts.cpu),
    supportedHvSpecs: hypervisorSpecs(facts.cpu.arch),
    stats: { failed_builds: String(failedBuilds), ...usage.stats },
    cpuAllocationRatio: ratios.cpu,
    ramAllocationRatio: ratios.ram,
    diskAllocationRatio: ratios.disk,
  };
}

/**
 * The fields that differ from what was saved last; all of them when nothing was. Ratios that nobody configured are only
 * set when the record is made: later an operator's aggregate tools may have changed them.
 */
export function changedFields(
  last: NodeFields | undefined,
  next: NodeFields,
  settings: ResourceSettings,
): Partial<NodeFields> {
  const kept = new Set<string>([
    ...(settings.ratios.cpu ? [] : ['cpuAllocationRatio']),
    ...(settings.ratios.ram ? [] : ['ramAllocationRatio']),
    ...(settings.ratios.disk ? [] : ['diskAllocationRatio']),
  ]);
  const changed = Object.entries(next).filter(
    ([key, value]) => !kept.has(key) && !isDeepStrictEqual(last?.[key as keyof NodeFields], value),
  );
  return Object.fromEntries(changed);
}

/** `20.10.24+dfsg1` -> 20010024; 0 when the engine says nothing that looks like a version. */
export function versionNumber(version: string): number {
  const [, major = '0', minor = '0', patch = '0'] = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version) ?? [];
  return Number(major) * 1_000_000 + Number(minor) * 1000 + Number(patch);
}

/**
 * What images may ask for with hw_architecture, img_hv_type, hw_vm_mode. `exe` is Nova's word for containers; `hvm` lets
 * in images whose makers set it without thinking of containers.
 */
function hypervisorSpecs(arch: string): readonly HypervisorSpec[] {
  return ['exe', 'hvm'].map((vmMode) => ({ arch, hvType: 'docker', vmMode }));
}
