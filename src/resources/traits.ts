import { cpuTraits } from './cpu.js';
import type { HostFacts } from './facts.js';
import type { ResourceSettings } from './settings.js';

/** Abilities that have a trait, by which nova-api's and the scheduler's requests find a host (nova/virt/driver.py, 26). */
const CAPABILITY_TRAITS = {
  attachInterface: 'COMPUTE_NET_ATTACH_INTERFACE',
  deviceTagging: 'COMPUTE_DEVICE_TAGGING',
  taggedAttachInterface: 'COMPUTE_NET_ATTACH_INTERFACE_WITH_TAG',
  taggedAttachVolume: 'COMPUTE_VOLUME_ATTACH_WITH_TAG',
  extendVolume: 'COMPUTE_VOLUME_EXTEND',
  multiattach: 'COMPUTE_VOLUME_MULTI_ATTACH',
  trustedCerts: 'COMPUTE_TRUSTED_CERTS',
  accelerators: 'COMPUTE_ACCELERATORS',
  rescueVolumeBacked: 'COMPUTE_RESCUE_BFV',
  migrateToSameHost: 'COMPUTE_SAME_HOST_COLD_MIGRATE',
} as const;

export type Capability = keyof typeof CAPABILITY_TRAITS;

const DISABLED = 'COMPUTE_STATUS_DISABLED';
const NODE = 'COMPUTE_NODE';
const OWNER = 'OWNER_NOVA';

/** From this service version on the scheduler may ask for OWNER_NOVA. */
const OWNER_SINCE = 73;

const OUR_STANDARD = /^(COMPUTE_|HW_CPU_X86_|HW_CPU_HYPERTHREADING$)/;

/** No operator's trait starts like this. */
const OUR_CUSTOM = /^CUSTOM_DOCKER_(ENGINE|STORAGE)_/;

const IMAGE_TYPE = 'COMPUTE_IMAGE_TYPE_';

/**
 * The traits that our provider shall have: ours as they are true now, and all those that others have set
 * (as nova/compute/resource_tracker.py _get_traits, 26, does).
 */
export function wantedTraits(
  facts: HostFacts,
  settings: ResourceSettings,
  existing: readonly string[],
  serviceDisabled: boolean,
): readonly string[] {
  const ours = [
    NODE,
    ...[...settings.capabilities].map((capability) => CAPABILITY_TRAITS[capability]),
    ...settings.imageTypes.map((type) => `${IMAGE_TYPE}${type.toUpperCase()}`),
    ...cpuTraits(facts.cpu),
    ...customTraits(facts),
    ...(serviceDisabled ? [DISABLED] : []),
    ...(settings.controlPlaneVersion >= OWNER_SINCE ? [OWNER] : []),
  ];
  return [...new Set([...existing.filter((trait) => !isOurs(trait)), ...ours])].sort();
}

/** The same with or without the mark of a disabled service. */
export function withDisabled(existing: readonly string[], disabled: boolean): readonly string[] {
  const others = existing.filter((trait) => trait !== DISABLED);
  return disabled ? [...others, DISABLED].sort() : others;
}

/**
 * True for traits that only the compute service of a host can judge. All of COMPUTE_ and HW_CPU_X86_ are Nova's own (people
 * use CUSTOM_): what is left there by the libvirt driver of a host that was converted would draw servers that we can't run.
 */
function isOurs(trait: string): boolean {
  return OUR_STANDARD.test(trait) || OUR_CUSTOM.test(trait);
}

/** So that a flavor can ask for an engine or a storage driver, say one with quotas. */
function customTraits(facts: HostFacts): readonly string[] {
  const major = /^\d+/.exec(facts.engineVersion)?.[0];
  const driver = facts.storageDriver.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return [
    ...(major === undefined ? [] : [`CUSTOM_DOCKER_ENGINE_${major}`]),
    ...(driver === '' ? [] : [`CUSTOM_DOCKER_STORAGE_${driver}`]),
  ];
}
