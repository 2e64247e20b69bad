import type { Flavor, Instance } from '../objects/index.js';
import type { FlavorFacts, InstanceFacts } from './ports/containers.js';
import type { ImageFacts } from './ports/images.js';
import type { ManagerSettings } from './operation.js';

type Dict = Readonly<Record<string, unknown>>;

/**
 * The instance as plain data. Image properties come from the request's image dict where there is one (whole), else
 * from system_metadata `image_*` (cut to 255 characters by nova-api).
 */
export function instanceFacts(instance: Instance, settings: ManagerSettings, image: Dict = {}): InstanceFacts {
  const uuid = instance.get('uuid');
  const systemMetadata = instance.peek('system_metadata') ?? {};
  return {
    uuid,
    guestName: guestName(settings.instanceNameTemplate, instance.get('id')),
    hostname: instance.get('hostname') ?? uuid,
    displayName: instance.get('display_name') ?? '',
    projectId: instance.get('project_id') ?? '',
    userId: instance.get('user_id') ?? '',
    availabilityZone: instance.get('availability_zone'),
    imageRef: instance.get('image_ref') ?? '',
    flavor: flavorFacts(instance.get('flavor')),
    metadata: instance.peek('metadata') ?? {},
    imageProperties: { ...propertiesOfSystemMetadata(systemMetadata), ...textProperties(image['properties']) },
  };
}

/** nova-api's image dict (nova/image/glance.py _translate_from_glance, release 26). */
export function imageFacts(image: Dict): ImageFacts {
  return {
    id: text(image['id']),
    name: text(image['name']),
    status: text(image['status']),
    containerFormat: text(image['container_format']),
    diskFormat: text(image['disk_format']),
    sizeBytes: typeof image['size'] === 'number' ? image['size'] : null,
    hashAlgo: textOrNull(image['os_hash_algo']),
    hashValue: textOrNull(image['os_hash_value']),
    checksum: textOrNull(image['checksum']),
    properties: textProperties(image['properties']),
  };
}

export function flavorFacts(flavor: Flavor): FlavorFacts {
  return {
    name: flavor.get('name') ?? '',
    flavorId: flavor.get('flavorid'),
    vcpus: flavor.get('vcpus'),
    memoryMb: flavor.get('memory_mb'),
    swapMb: flavor.get('swap'),
    rootGb: flavor.get('root_gb'),
    ephemeralGb: flavor.get('ephemeral_gb'),
    extraSpecs: flavor.peek('extra_specs') ?? {},
  };
}

/** Python's `template % id` for the one conversion that the option is used with. */
export function guestName(template: string, id: number): string {
  return template.replace(/%0?(\d*)([xd])/, (_match, width: string, radix: string) =>
    id.toString(radix === 'x' ? 16 : 10).padStart(Number(width || 0), '0'),
  );
}

function propertiesOfSystemMetadata(systemMetadata: Readonly<Record<string, string | null>>): Record<string, string> {
  const entries = Object.entries(systemMetadata).filter(([key, value]) => key.startsWith('image_') && value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key.slice('image_'.length), value as string]));
}

function textProperties(properties: unknown): Record<string, string> {
  if (typeof properties !== 'object' || properties === null) return {};
  const entries = Object.entries(properties).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
