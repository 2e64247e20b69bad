import type { Inventories, Inventory } from '../openstack/placement.js';
import { sharedCount } from './cpus/sets.js';
import type { HostFacts } from './facts.js';
import type { Ratios, ResourceSettings } from './settings.js';

/** Ratios for a new provider, as nova-compute of that release has them: 16 and 1.5 up to Zed, 4 and 1 since. */
const DEFAULTS_OF_ZED = { cpu: 16, ram: 1.5, disk: 1 };
const DEFAULTS_SINCE = { cpu: 4, ram: 1, disk: 1 };
const LAST_OF_ZED = 64;

/** Ratios for a node or provider that is new: configured ones, else initial ones, else the release's. */
export function initialRatios(settings: ResourceSettings): Required<{ [K in keyof Ratios]-?: number }> {
  const defaults = settings.controlPlaneVersion <= LAST_OF_ZED ? DEFAULTS_OF_ZED : DEFAULTS_SINCE;
  const pick = (key: keyof Ratios) => settings.ratios[key] || settings.initialRatios[key] || defaults[key];
  return { cpu: pick('cpu'), ram: pick('ram'), disk: pick('disk') };
}

/**
 * The inventories that our provider shall have (nova/virt/driver.py _get_allocation_ratios and
 * libvirt's update_provider_tree, 26). A ratio that is configured wins; else the one in Placement stays, since operators
 * set it there. Custom classes that an operator added stay; standard ones that aren't ours were left by another driver.
 */
export function wantedInventories(facts: HostFacts, settings: ResourceSettings, existing: Inventories): Inventories {
  const initial = initialRatios(settings);
  const { reserved } = settings;
  const one = (key: keyof Ratios, name: string, total: number, kept: number): Inventories => {
    const ratio = settings.ratios[key] || existing[name]?.allocation_ratio || initial[key];
    return total < 1 ? {} : { [name]: inventory(total, kept, ratio) };
  };
  return {
    ...Object.fromEntries(Object.entries(existing).filter(([name]) => name.startsWith('CUSTOM_'))),
    ...one('cpu', 'VCPU', sharedCount(settings.cpuSets, facts.cpus), reserved.cpus),
    ...dedicatedCpus(settings),
    ...one('ram', 'MEMORY_MB', facts.memoryMb, reserved.memoryMb),
    ...one('disk', 'DISK_GB', facts.diskGb, Math.ceil(reserved.diskMb / 1024)),
  };
}

/** Each is somebody's alone, so there is no ratio to it. */
function dedicatedCpus({ cpuSets }: ResourceSettings): Inventories {
  const count = cpuSets.dedicated?.length ?? 0;
  return count === 0 ? {} : { PCPU: inventory(count, 0, 1) };
}

/** Placement refuses to have more reserved than there is; nothing is left then, as the operator wanted. */
function inventory(total: number, reserved: number, ratio: number): Inventory {
  return {
    total,
    reserved: Math.min(reserved, total),
    min_unit: 1,
    max_unit: total,
    step_size: 1,
    allocation_ratio: ratio,
  };
}

/** Whether two sets of inventories say the same. */
export function sameInventories(a: Inventories, b: Inventories): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameInventory(a[name], b[name]));
}

function sameInventory(a: Inventory | undefined, b: Inventory | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return (Object.keys(a) as (keyof Inventory)[]).every((key) => a[key] === b[key]);
}
