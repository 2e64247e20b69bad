import { OUR_LABELS } from '../labels.js';
import { asObject, asObjects, asStrings, type Json } from '../images/archive/shapes.js';

/** What stands in an image's configuration of the one container that it was made of. */
const OF_ONE_CONTAINER = ['container', 'container_config', 'parent', 'id'];
const OF_ONE_HOST = ['Hostname', 'Domainname', 'MacAddress', 'Image', 'AttachStdin', 'AttachStdout', 'AttachStderr'];

/**
 * The configuration of a container's image as it leaves this host: what it runs, under whom and how stays; whose it was
 * goes, and labels are added. `volumesDiffId`: the hash of one more layer. Pure.
 */
export function leavingConfiguration(
  configuration: Json,
  volumesDiffId: string | null,
  { now, labels: added = {} }: { readonly now: Date; readonly labels?: Readonly<Record<string, string>> },
): Json {
  const kept = without(configuration, OF_ONE_CONTAINER);
  const config = asObject(configuration['config']) ?? {};
  const labels = Object.entries(asObject(config['Labels']) ?? {}).filter(([name]) => !name.startsWith(OUR_LABELS));
  const cleaned = {
    ...kept,
    config: { ...without(config, OF_ONE_HOST), Labels: { ...Object.fromEntries(labels), ...added } },
  };
  return volumesDiffId === null ? cleaned : withLayer(cleaned, volumesDiffId, now);
}

function withLayer(configuration: Json, diffId: string, now: Date): Json {
  const rootfs = asObject(configuration['rootfs']) ?? {};
  const layers = asStrings(rootfs['diff_ids']) ?? [];
  const step = { created: now.toISOString(), created_by: 'volumes', comment: 'nova-compute-docker' };
  return {
    ...configuration,
    rootfs: { ...rootfs, type: 'layers', diff_ids: [...layers, diffId] },
    history: [...(asObjects(configuration['history']) ?? []), step],
  };
}

function without(from: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}
