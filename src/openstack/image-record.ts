import type { ImageChanges, ImageFacts } from '../compute/ports/images.js';
import { textIn, type Json } from './shape.js';

/** Glance's own fields; everything else in a record is a property (glance/schema image, v2). */
const OWN_FIELDS = new Set([
  ...['id', 'name', 'status', 'visibility', 'protected', 'owner', 'tags', 'self', 'file', 'schema', 'stores'],
  ...['checksum', 'os_hash_algo', 'os_hash_value', 'os_hidden', 'size', 'virtual_size', 'min_disk', 'min_ram'],
  ...['container_format', 'disk_format', 'created_at', 'updated_at', 'direct_url', 'locations'],
]);

/** A record of Glance v2 in our terms. A queued image has neither formats nor size nor hash. */
export function imageFacts(record: Json, call: string): ImageFacts {
  const text = (key: string) => (typeof record[key] === 'string' ? record[key] : null);
  const properties = Object.entries(record).filter(
    (entry): entry is [string, string] => !OWN_FIELDS.has(entry[0]) && typeof entry[1] === 'string',
  );
  return {
    id: textIn(record['id'], call),
    name: text('name') ?? '',
    status: textIn(record['status'], call),
    containerFormat: text('container_format') ?? '',
    diskFormat: text('disk_format') ?? '',
    sizeBytes: typeof record['size'] === 'number' ? record['size'] : null,
    hashAlgo: text('os_hash_algo'),
    hashValue: text('os_hash_value'),
    checksum: text('checksum'),
    properties: Object.fromEntries(properties),
  };
}

type PatchStep =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: string | number }
  | { readonly op: 'remove'; readonly path: string };

/**
 * Changes as the JSON patch of media type openstack-images-v2.1-json-patch, where `add` also overwrites. So no record has
 * to be read first, as glanceclient does.
 */
export function imagePatch(changes: ImageChanges): readonly PatchStep[] {
  const own = {
    name: changes.name,
    container_format: changes.containerFormat,
    disk_format: changes.diskFormat,
    min_disk: changes.minDiskGb,
    min_ram: changes.minRamMb,
  };
  return [
    ...Object.entries(own).flatMap(([key, value]) =>
      value === undefined ? [] : [{ op: 'replace' as const, path: `/${key}`, value }],
    ),
    ...Object.entries(changes.properties ?? {}).map(([key, value]) => ({
      op: 'add' as const,
      path: pathOf(key),
      value,
    })),
    ...(changes.withoutProperties ?? []).map((key) => ({ op: 'remove' as const, path: pathOf(key) })),
  ];
}

function pathOf(property: string): string {
  return `/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
